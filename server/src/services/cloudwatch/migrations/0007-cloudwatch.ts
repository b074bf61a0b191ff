/** Metrics, and what was measured: one row per metric, unit and bucket (a second or a minute), however many values fell into it. */
import type { Migration } from '../../../storage/migration.ts';

export const cloudwatch: Migration = {
  name: '0007-cloudwatch',
  statements: [
    // `id` is a hash of the columns that name the metric.
    `create table cloudwatch_metrics (
      id text not null primary key,
      account text not null,
      region text not null,
      namespace text not null,
      name text not null,
      dimensions text not null,
      last_at integer not null
    ) without rowid`,
    'create index cloudwatch_metrics_by_name on cloudwatch_metrics (account, region, namespace, name, id)',
    // `raw`: a JSON array's inside, [value, count] pairs; null where the single values were not given or are too many.
    `create table cloudwatch_points (
      metric_id text not null,
      bucket_at integer not null,
      unit text not null,
      sample_count real not null,
      total real not null,
      minimum real not null,
      maximum real not null,
      raw text,
      primary key (metric_id, bucket_at, unit)
    ) without rowid`,
  ],
};
