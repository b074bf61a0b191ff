/** The only SQL about buckets. */
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import { parseConfiguration } from '../bucket-configuration/kinds.ts';
import { type BucketRow, s3Tables } from '../tables.ts';
import type { Bucket } from './bucket-cache.ts';

export function insertBucket(row: BucketRow): Statement {
  return statement(s3Tables.insertInto('s3_buckets').values(row).compile());
}

/** Row and configuration in one query, so that both are of the same moment. */
export async function findBucket(database: Database, name: string): Promise<Bucket | undefined> {
  const query = s3Tables
    .selectFrom('s3_buckets')
    .leftJoin('s3_bucket_configuration as configuration', 'configuration.bucket', 's3_buckets.name')
    .selectAll('s3_buckets')
    .select(['configuration.kind', 'configuration.document as configured'])
    .where('s3_buckets.name', '=', name);
  const rows = await database.read(query.compile());
  const [first] = rows;
  if (first === undefined) return undefined;
  const { kind: _kind, configured: _configured, ...row } = first;
  const configuration = Object.fromEntries(
    rows.flatMap(({ kind, configured }) => (kind && configured ? [[kind, parseConfiguration(kind, configured)]] : [])),
  );
  return { ...row, configuration };
}

/** Misses if the bucket was deleted or contains objects or versions. Its uploads in progress and its configuration are deleted with it. */
export function removeBucket(name: string): Statement[] {
  const uploads = s3Tables.selectFrom('s3_uploads').select('upload_id').where('bucket', '=', name);
  const parts = s3Tables.selectFrom('s3_parts').select('blob_id').where('upload_id', 'in', uploads);
  const objects = s3Tables.selectFrom('s3_objects').select('key').where('bucket', '=', name);
  const versions = s3Tables.selectFrom('s3_versions').select('key').where('bucket', '=', name);
  return [
    statement(
      s3Tables
        .deleteFrom('s3_buckets')
        .where('name', '=', name)
        .where(({ not, exists }) => not(exists(objects)))
        .where(({ not, exists }) => not(exists(versions)))
        .compile(),
      1,
    ),
    statement(
      s3Tables
        .insertInto('s3_garbage')
        .columns(['blob_id'])
        .expression(parts)
        .onConflict((conflict) => conflict.doNothing())
        .compile(),
    ),
    statement(s3Tables.deleteFrom('s3_parts').where('upload_id', 'in', uploads).compile()),
    statement(s3Tables.deleteFrom('s3_uploads').where('bucket', '=', name).compile()),
    statement(s3Tables.deleteFrom('s3_bucket_configuration').where('bucket', '=', name).compile()),
  ];
}

interface BucketFilter {
  readonly account: string;
  readonly after: string | undefined;
  /** Names from `from`, before `until` where that is set. */
  readonly from: string;
  readonly until: string | undefined;
  readonly region: string | undefined;
  readonly limit: number;
}

export function listBuckets(database: Database, filter: BucketFilter): Promise<BucketRow[]> {
  let query = s3Tables
    .selectFrom('s3_buckets')
    .selectAll()
    .where('account', '=', filter.account)
    .where('name', '>=', filter.from)
    .orderBy('name')
    .limit(filter.limit);
  if (filter.after !== undefined) query = query.where('name', '>', filter.after);
  if (filter.until !== undefined) query = query.where('name', '<', filter.until);
  if (filter.region !== undefined) query = query.where('region', '=', filter.region);
  return database.read(query.compile());
}

/** Misses if the bucket was deleted, or object lock forbids the change. */
export function updateVersioning(name: string, versioning: 'Enabled' | 'Suspended'): Statement {
  let query = s3Tables.updateTable('s3_buckets').set({ versioning }).where('name', '=', name);
  if (versioning === 'Suspended') query = query.where('object_lock', 'is', null);
  return statement(query.compile(), 1);
}

/** Misses if the bucket was deleted or has no versioning. */
export function updateObjectLock(name: string, lock: string): Statement {
  return statement(
    s3Tables
      .updateTable('s3_buckets')
      .set({ object_lock: lock })
      .where('name', '=', name)
      .where('versioning', '=', 'Enabled')
      .compile(),
    1,
  );
}
