/** The only SQL about metrics. Values that fall into the same bucket merge in the database, so that two writers lose nothing. */
import { sql } from 'kysely';
import { type Database, type Statement, statement } from '../../storage/database.ts';
import { queryBuilder } from '../../storage/query-builder.ts';
import type { Dimension } from './metric.ts';
import type { Summary } from './summary.ts';

interface MetricRow {
  id: string;
  account: string;
  region: string;
  namespace: string;
  name: string;
  /** JSON, sorted by name. */
  dimensions: string;
  last_at: number;
}

interface PointRow {
  metric_id: string;
  bucket_at: number;
  unit: string;
  sample_count: number;
  total: number;
  minimum: number;
  maximum: number;
  raw: string | null;
}

const tables = queryBuilder<{ cloudwatch_metrics: MetricRow; cloudwatch_points: PointRow }>();

/** More text than this of single values in one bucket, and they are forgotten; the sums stay. */
const maxRawCharacters = 128 * 1024;

export interface Point {
  readonly metricId: string;
  readonly bucketAt: number;
  readonly unit: string;
  readonly summary: Summary;
}

export interface MetricDescription {
  readonly id: string;
  readonly account: string;
  readonly region: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly Dimension[];
  readonly lastAt: number;
}

export function putMetrics(metrics: readonly MetricDescription[]): Statement {
  const rows = metrics.map(({ lastAt, dimensions, ...rest }) => ({
    ...rest,
    dimensions: JSON.stringify(dimensions),
    last_at: lastAt,
  }));
  const query = tables
    .insertInto('cloudwatch_metrics')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet({ last_at: (eb) => eb.ref('excluded.last_at') })
        .whereRef('excluded.last_at', '>', 'cloudwatch_metrics.last_at'),
    );
  return statement(query.compile());
}

export function putPoints(points: readonly Point[]): Statement {
  const rows = points.map(({ metricId, bucketAt, unit, summary }) => ({
    metric_id: metricId,
    bucket_at: bucketAt,
    unit,
    sample_count: summary.sampleCount,
    total: summary.total,
    minimum: summary.minimum,
    maximum: summary.maximum,
    raw: summary.raw ? JSON.stringify(summary.raw).slice(1, -1) : null,
  }));
  const query = tables
    .insertInto('cloudwatch_points')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['metric_id', 'bucket_at', 'unit']).doUpdateSet({
        sample_count: sql`cloudwatch_points.sample_count + excluded.sample_count`,
        total: sql`cloudwatch_points.total + excluded.total`,
        minimum: sql`min(cloudwatch_points.minimum, excluded.minimum)`,
        maximum: sql`max(cloudwatch_points.maximum, excluded.maximum)`,
        // Null on either side makes it null.
        raw: sql`case when length(cloudwatch_points.raw) + length(excluded.raw) < ${maxRawCharacters}
          then cloudwatch_points.raw || ',' || excluded.raw end`,
      }),
    );
  return statement(query.compile());
}

export interface PointRange {
  readonly startAt: number;
  /** Exclusive. */
  readonly endAt: number;
  readonly unit: string | undefined;
  /** Single values are large: read only if percentiles are requested. */
  readonly withRaw: boolean;
}

/** In order of time. */
export async function listPoints(database: Database, metricId: string, range: PointRange): Promise<Point[]> {
  let query = tables
    .selectFrom('cloudwatch_points')
    .select(['bucket_at', 'unit', 'sample_count', 'total', 'minimum', 'maximum'])
    .select((eb) => (range.withRaw ? eb.ref('raw') : eb.val(null)).as('raw'))
    .where('metric_id', '=', metricId)
    .where('bucket_at', '>=', range.startAt)
    .where('bucket_at', '<', range.endAt)
    .orderBy('bucket_at');
  if (range.unit !== undefined) query = query.where('unit', '=', range.unit);
  const rows = await database.read(query.compile());
  return rows.map((row) => ({
    metricId,
    bucketAt: row.bucket_at,
    unit: row.unit,
    summary: {
      sampleCount: row.sample_count,
      total: row.total,
      minimum: row.minimum,
      maximum: row.maximum,
      raw: row.raw === null ? undefined : JSON.parse(`[${row.raw}]`),
    },
  }));
}

/** Where a listing continues. */
export interface MetricPosition {
  readonly namespace: string;
  readonly name: string;
  readonly id: string;
}

export interface MetricFilter {
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  /** Metrics without a value since then are left out. */
  readonly activeSince: number;
  readonly after: MetricPosition | undefined;
}

export async function listMetrics(
  database: Database,
  account: string,
  region: string,
  filter: MetricFilter,
  limit: number,
): Promise<MetricDescription[]> {
  let query = tables
    .selectFrom('cloudwatch_metrics')
    .selectAll()
    .where('account', '=', account)
    .where('region', '=', region)
    .where('last_at', '>=', filter.activeSince)
    .orderBy('namespace')
    .orderBy('name')
    .orderBy('id')
    .limit(limit);
  if (filter.namespace !== undefined) query = query.where('namespace', '=', filter.namespace);
  if (filter.name !== undefined) query = query.where('name', '=', filter.name);
  const after = filter.after;
  if (after) {
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('namespace', 'name', 'id'), '>', tuple(after.namespace, after.name, after.id)),
    );
  }
  const rows = await database.read(query.compile());
  return rows.map(({ dimensions, last_at: lastAt, ...rest }) => ({
    ...rest,
    dimensions: JSON.parse(dimensions),
    lastAt,
  }));
}
