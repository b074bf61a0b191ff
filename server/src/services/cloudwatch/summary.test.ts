import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mergeAll, percentile, readPercentile, statisticOf, summarize, summarizeSet } from './summary.ts';

describe('summarize does', () => {
  it('count values as often as they came', () => {
    const summary = summarize([3, 1, 2], [1, 4, 1]);
    const statistics = ['SampleCount', 'Sum', 'Average', 'Minimum', 'Maximum', 'p50'];
    assert.deepEqual(
      statistics.map((name) => statisticOf(summary, name)),
      [6, 9, 1.5, 1, 3, 1],
    );
  });

  it('merge as if all had come at once', () => {
    const all = summarize([5, 1, 9, 1], []);
    const merged = mergeAll([summarize([5], []), summarize([1], [2]), summarize([9], [])]);
    for (const name of ['SampleCount', 'Sum', 'Minimum', 'Maximum', 'p0', 'p25', 'p75.5', 'p100']) {
      assert.equal(statisticOf(merged, name), statisticOf(all, name), name);
    }
  });

  it('tell percentiles by nearest rank', () => {
    const summary = summarize(
      Array.from({ length: 100 }, (_, at) => at + 1),
      [],
    );
    assert.deepEqual(
      [0, 1, 50, 99, 99.5, 100].map((percentage) => percentile(summary, percentage)),
      [1, 1, 50, 99, 100, 100],
    );
  });

  it('know the values of a set only where they are all the same', () => {
    assert.equal(statisticOf(summarizeSet(3, 6, 2, 2), 'p90'), 2);
    assert.equal(statisticOf(summarizeSet(3, 9, 2, 4), 'p90'), undefined);
    assert.equal(statisticOf(mergeAll([summarize([1], []), summarizeSet(3, 9, 2, 4)]), 'p90'), undefined);
  });
});

describe('readPercentile refuses', () => {
  for (const name of ['p101', 'p', 'P50', 'p1.', 'tm90', 'p99.12345678901', ' p50']) {
    it(name, () => assert.equal(readPercentile(name), undefined));
  }
});
