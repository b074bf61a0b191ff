import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readRange } from './byte-range.ts';

describe('a range does', () => {
  const known: [string, number, unknown][] = [
    ['bytes=0-0', 10, { start: 0, end: 0 }],
    ['bytes=2-', 10, { start: 2, end: 9 }],
    ['bytes=2-100', 10, { start: 2, end: 9 }],
    ['bytes=-3', 10, { start: 7, end: 9 }],
    ['bytes=-30', 10, { start: 0, end: 9 }],
    ['bytes=10-', 10, 'unsatisfiable'],
    ['bytes=-0', 10, 'unsatisfiable'],
    ['bytes=0-', 0, 'unsatisfiable'],
    ['bytes=-1', 0, 'unsatisfiable'],
  ];
  for (const [header, size, range] of known) {
    it(`${header} of ${size} bytes`, () => assert.deepEqual(readRange(header, size), range));
  }
});

describe('a range that cannot be read is as if it was not there', () => {
  for (const header of ['bytes=5-2', 'bytes=0-1,3-4', 'bytes=-', 'bytes=a-b', 'items=0-1', '0-1', 'bytes=1.5-2']) {
    it(header, () => assert.equal(readRange(header, 10), undefined));
  }
});
