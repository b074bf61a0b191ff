import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../examples/workflow/stage.ts';
import { returnIdleMemory } from './idle-memory.ts';

const mebibytes = 2 ** 20;

test('an idle server gives back what a load has grown, and leaves a small heap alone', async () => {
  const end = returnIdleMemory({ everyMs: 20, idleBelow: 1, grownBytes: 16 * mebibytes });
  try {
    const kept = Array.from({ length: 400_000 }, (_, i) => ({ i, text: `text ${i}` }));
    const grown = process.memoryUsage().heapTotal;
    assert.ok(kept.length > 0 && grown > 32 * mebibytes, String(grown));
    kept.length = 0;
    await until('memory to be given back', async () => process.memoryUsage().heapTotal < grown / 2 || undefined);
  } finally {
    end();
  }
});
