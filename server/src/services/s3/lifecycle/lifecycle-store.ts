/** The SQL of lifecycle rules: which buckets have rules, and their objects in the order of keys, the latest version of each key first. */
import { sql } from 'kysely';
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import { type ObjectRow, s3Tables, type UploadRow } from '../tables.ts';
import { isLatestMarker } from '../versions/version-store.ts';

export async function listBucketsWithRules(database: Database): Promise<string[]> {
  const query = s3Tables.selectFrom('s3_bucket_configuration').select('bucket').where('kind', '=', 'lifecycle');
  return (await database.read(query.compile())).map(({ bucket }) => bucket);
}

export type AgedVersion = Pick<ObjectRow, 'key' | 'version_id' | 'seq' | 'size' | 'last_modified' | 'tags'> & {
  readonly is_marker: 0 | 1;
  readonly is_latest: 0 | 1;
};

/** A place in that order. */
export interface VersionPlace {
  readonly key: string;
  readonly seq: number;
}

export function listAgedVersions(
  database: Database,
  bucket: string,
  after: VersionPlace | undefined,
  limit: number,
): Promise<AgedVersion[]> {
  const behind = after ? sql`and key >= ${after.key} and (key > ${after.key} or seq < ${after.seq})` : sql``;
  const columns = sql`key, version_id, seq, size, last_modified, tags`;
  const query = sql<AgedVersion>`
    select ${columns}, 0 as is_marker, 1 as is_latest from s3_objects where bucket = ${bucket} ${behind}
    union all
    select ${columns}, is_marker, ${isLatestMarker} as is_latest from s3_versions v where bucket = ${bucket} ${behind}
    order by key, seq desc limit ${limit}`;
  return database.read(query.compile(s3Tables));
}

export function listAgedUploads(
  database: Database,
  bucket: string,
  after: string,
  limit: number,
): Promise<UploadRow[]> {
  const query = s3Tables
    .selectFrom('s3_uploads')
    .selectAll()
    .where('bucket', '=', bucket)
    .where('upload_id', '>', after)
    .orderBy('upload_id')
    .limit(limit);
  return database.read(query.compile());
}

/** Misses where the key holds something else by now. */
export function requireCurrent({ bucket, key, version_id: versionId, blob_id: blobId }: ObjectRow): Statement {
  const query = s3Tables
    .updateTable('s3_objects')
    .set(({ ref }) => ({ etag: ref('etag') }))
    .where('bucket', '=', bucket)
    .where('key', '=', key)
    .where('version_id', '=', versionId)
    .where('blob_id', '=', blobId);
  return statement(query.compile(), 1);
}
