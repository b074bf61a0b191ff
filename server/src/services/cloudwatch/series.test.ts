import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { groupByPeriod, roundStart } from './series.ts';
import { summarize } from './summary.ts';

const now = Date.parse('2026-11-20T12:32:34Z');
const day = 24 * 60 * 60 * 1000;

describe('roundStart does', () => {
  const cases: readonly [string, number, number, string][] = [
    ['to the minute when recent', now, 300_000, '2026-11-20T12:32:00.000Z'],
    ['to the period when it is short', now, 10_000, '2026-11-20T12:32:30.000Z'],
    ['to five minutes after 15 days', now - 16 * day, 60_000, '2026-11-04T12:30:00.000Z'],
    ['to the hour after 63 days', now - 64 * day, 60_000, '2026-09-17T12:00:00.000Z'],
  ];
  for (const [what, start, periodMs, expected] of cases) {
    it(`round ${what}`, () => assert.equal(new Date(roundStart(start, now, periodMs)).toISOString(), expected));
  }
});

describe('groupByPeriod does', () => {
  it('count periods from the start', () => {
    const point = (bucketAt: number, value: number) => ({
      metricId: 'm',
      bucketAt,
      unit: 'None',
      summary: summarize([value], []),
    });
    const periods = groupByPeriod([point(120, 1), point(179, 2), point(180, 4), point(300, 8)], 120, 60);
    assert.deepEqual(
      [...periods].map(([at, { total }]) => [at, total]),
      [
        [120, 3],
        [180, 4],
        [300, 8],
      ],
    );
  });
});
