/**
 * Points in periods, as GetMetricStatistics and GetMetricData both need them. Pure but for the one read.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html (rounding of StartTime, periods)
 */
import type { Call } from '../../contract/call.ts';
import type { Point } from './metric-store.ts';
import { mergeAll, type Summary } from './summary.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

/** StartTime is rounded down: to a minute when recent, to five when older than 15 days, to an hour when older than 63. */
export function roundStart(start: number, now: number, periodMs: number): number {
  const age = now - start;
  const step = age > 63 * day ? 60 * minute : age > 15 * day ? 5 * minute : Math.min(minute, periodMs);
  return Math.floor(start / step) * step;
}

/** In seconds: times are compared without their fractions. */
export const toSecond = (time: Date): number => Math.floor(time.getTime() / 1000);

export function checkPeriod(period: number, call: Call): void {
  const isValid = [1, 5, 10, 20, 30].includes(period) || (period > 0 && period % 60 === 0);
  if (!isValid) {
    throw call.error('InvalidParameterValue', 'The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.');
  }
}

/** By the start of their period, in order. */
export function groupByPeriod(points: readonly Point[], startAt: number, periodMs: number): Map<number, Summary> {
  const groups = Map.groupBy(
    points,
    ({ bucketAt }) => startAt + Math.floor((bucketAt - startAt) / periodMs) * periodMs,
  );
  return new Map([...groups].map(([at, group]) => [at, mergeAll(group.map(({ summary }) => summary))]));
}
