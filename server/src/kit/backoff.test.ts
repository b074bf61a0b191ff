import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { backoffMs } from './backoff.ts';

describe('backoffMs', () => {
  test('doubles up to the cap', () => {
    const waits = [1, 2, 3, 4, 5, 6].map((failures) => backoffMs(failures, 100, 1000, 1));
    assert.deepEqual(waits, [100, 200, 400, 800, 1000, 1000]);
  });

  test('is spread over the upper half', () => {
    assert.deepEqual([backoffMs(2, 100, 1000, 0), backoffMs(2, 100, 1000, 0.5)], [100, 150]);
  });

  test('never leaves the cap, however many failures', () => {
    assert.equal(backoffMs(1_000_000, 100, 30_000, 1), 30_000);
  });
});
