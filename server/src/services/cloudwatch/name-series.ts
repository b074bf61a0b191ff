/**
 * The labels of series whose queries name none: the metric's name, then the statistic and the period where these queries do not all have the same.
 * Observed on AWS, 2025-09: `m Sum` and `m Minimum`, `m 60` and `m 30`, `m Sum 60` and `m Minimum 30`; a unit is never part of a label.
 */
interface LabelledQuery {
  readonly Label?: string | undefined;
  readonly MetricStat: {
    readonly Metric: { readonly MetricName?: string | undefined };
    readonly Stat: string;
    readonly Period: number;
  };
}

export function nameSeries<Query extends LabelledQuery>(queries: readonly Query[]): (query: Query) => string {
  const unlabelled = queries.filter(({ Label: label }) => label === undefined);
  const differ = (['Stat', 'Period'] as const).filter(
    (part) => new Set(unlabelled.map((query) => query.MetricStat[part])).size > 1,
  );
  return ({ Label: label, MetricStat: stat }) =>
    label ?? [stat.Metric.MetricName, ...differ.map((part) => stat[part])].join(' ');
}
