/**
 * Many measured values in few numbers: what a bucket or a period holds. Pure. Single values are kept beside the sums for as long as they
 * are given and few enough, for percentiles.
 */
export interface Summary {
  readonly sampleCount: number;
  readonly total: number;
  readonly minimum: number;
  readonly maximum: number;
  /** Values with how often they came; undefined where they are not known. */
  readonly raw: readonly (readonly [value: number, count: number])[] | undefined;
}

export function summarize(values: readonly number[], counts: readonly number[]): Summary {
  const raw = values.map((value, at) => [value, counts[at] ?? 1] as const);
  return {
    sampleCount: raw.reduce((sum, [, count]) => sum + count, 0),
    total: raw.reduce((sum, [value, count]) => sum + value * count, 0),
    minimum: Math.min(...values),
    maximum: Math.max(...values),
    raw,
  };
}

/** A statistic set reveals its single values only if they are all the same. */
export function summarizeSet(sampleCount: number, total: number, minimum: number, maximum: number): Summary {
  const same = sampleCount === 1 || minimum === maximum;
  return { sampleCount, total, minimum, maximum, raw: same ? [[minimum, sampleCount]] : undefined };
}

/** Of at least one. */
export function mergeAll(summaries: readonly Summary[]): Summary {
  const raws = summaries.map(({ raw }) => raw);
  return {
    sampleCount: summaries.reduce((sum, { sampleCount }) => sum + sampleCount, 0),
    total: summaries.reduce((sum, { total }) => sum + total, 0),
    minimum: Math.min(...summaries.map(({ minimum }) => minimum)),
    maximum: Math.max(...summaries.map(({ maximum }) => maximum)),
    raw: raws.every((raw) => raw !== undefined) ? raws.flat() : undefined,
  };
}

export type BasicStatistic = 'SampleCount' | 'Average' | 'Sum' | 'Minimum' | 'Maximum';

export const basicStatistics: readonly string[] = ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'];

const percentileName = /^p(100|\d{1,2}(?:\.\d{1,10})?)$/;

/** The percentage of `p99.9`; undefined for any other statistic. */
export function readPercentile(name: string): number | undefined {
  const match = percentileName.exec(name);
  return match ? Number(match[1]) : undefined;
}

/** Nearest rank: the smallest value that at least so many of all values do not exceed. */
export function percentile(summary: Summary, percentage: number): number | undefined {
  if (!summary.raw) return undefined;
  const sorted = [...summary.raw].sort(([a], [b]) => a - b);
  const rank = (percentage / 100) * summary.sampleCount;
  let seen = 0;
  for (const [value, count] of sorted) {
    seen += count;
    if (seen >= rank) return value;
  }
  return summary.maximum;
}

export function basicStatistic(summary: Summary, statistic: BasicStatistic): number {
  switch (statistic) {
    case 'SampleCount':
      return summary.sampleCount;
    case 'Sum':
      return summary.total;
    case 'Average':
      return summary.sampleCount === 0 ? 0 : summary.total / summary.sampleCount;
    case 'Minimum':
      return summary.minimum;
    case 'Maximum':
      return summary.maximum;
  }
}

/** Undefined if the statistic cannot be computed. */
export function statisticOf(summary: Summary, name: string): number | undefined {
  if (basicStatistics.includes(name)) return basicStatistic(summary, name as BasicStatistic);
  const percentage = readPercentile(name);
  return percentage === undefined ? undefined : percentile(summary, percentage);
}
