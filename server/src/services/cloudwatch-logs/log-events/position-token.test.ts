import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readPositionToken, writePositionToken } from './position-token.ts';

describe('position tokens do', () => {
  it('come back as they went', () => {
    for (const direction of ['forward', 'backward'] as const) {
      const token = { direction, position: { timestamp: 1_763_596_800_123, id: 42 } };
      assert.deepEqual(readPositionToken(writePositionToken(token)), token);
    }
  });
});

describe('position tokens refuse', () => {
  for (const text of ['', 'f/1/s', `x/${'0'.repeat(56)}/s`, `f/${'9'.repeat(56)}/s`, `f/${'0'.repeat(56)}/s `]) {
    it(JSON.stringify(text), () => assert.equal(readPositionToken(text), undefined));
  }
});
