/** The only SQL about versions that a key does not hold now, but for their listing. */
import { sql } from 'kysely';
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import { discardObjectBlob } from '../garbage-store.ts';
import { type ObjectRow, objectColumns, s3Tables, type Versioning, type VersionRow } from '../tables.ts';
import { nullVersion } from './version-id.ts';

const columnList = sql.join(objectColumns.map((name) => sql.ref(name)));

/** Counts on; the row that follows in the same write takes the number. */
export function nextSequence(): Statement {
  return statement(sql`update s3_sequence set value = value + 1`.compile(s3Tables), 1);
}

/** What the key holds now becomes what it held before. Goes before the statement that replaces it. */
export function keepCurrent(bucket: string, key: string): Statement {
  const query = sql`insert into s3_versions (${columnList}, is_marker)
    select ${columnList}, 0 from s3_objects where bucket = ${bucket} and key = ${key}`;
  return statement(query.compile(s3Tables));
}

/** The same without the version `null`, of which there is only one at a time: wherever it is, it is dropped. */
export function keepCurrentButNull(bucket: string, key: string): Statement[] {
  const keep = sql`insert into s3_versions (${columnList}, is_marker)
    select ${columnList}, 0 from s3_objects
    where bucket = ${bucket} and key = ${key} and version_id <> ${nullVersion}`;
  return [
    ...removeVersion(bucket, key, nullVersion),
    discardObjectBlob(bucket, key, nullVersion),
    statement(keep.compile(s3Tables)),
  ];
}

export function dropCurrent(bucket: string, key: string): Statement {
  return statement(s3Tables.deleteFrom('s3_objects').where('bucket', '=', bucket).where('key', '=', key).compile());
}

/** Misses if the bucket was deleted or its versioning has changed. */
export function insertMarker(
  {
    bucket,
    key,
    version_id: versionId,
    last_modified: time,
  }: Pick<ObjectRow, 'bucket' | 'key' | 'version_id' | 'last_modified'>,
  versioning: Versioning,
): Statement {
  const query = sql`insert into s3_versions (${columnList}, is_marker)
    select ${bucket}, ${key}, (select value from s3_sequence), ${versionId}, '', 0, '', ${time}, '', '', '', '', '{}',
      null, null, null, 1
    from s3_buckets where name = ${bucket} and versioning = ${versioning}`;
  return statement(query.compile(s3Tables), 1);
}

const versionAt = (bucket: string, key: string, versionId: string) =>
  sql`bucket = ${bucket} and key = ${key} and version_id = ${versionId}`;

/** Notes the blob of a version that the key does not hold now. */
function discardVersionBlob(bucket: string, key: string, versionId: string): Statement {
  const version = versionAt(bucket, key, versionId);
  return statement(
    sql`insert into s3_garbage (blob_id)
      select blob_id from s3_versions where ${version} and is_marker = 0 on conflict do nothing`.compile(s3Tables),
  );
}

/** Drops a version that the key does not hold now; nothing where there is none. */
function removeVersion(bucket: string, key: string, versionId: string): Statement[] {
  const version = versionAt(bucket, key, versionId);
  return [
    discardVersionBlob(bucket, key, versionId),
    statement(sql`delete from s3_versions where ${version}`.compile(s3Tables)),
  ];
}

/** Misses where the version is not as it was read. */
export function removeReadVersion({ bucket, key, version_id: versionId, lock }: VersionRow): Statement[] {
  const version = versionAt(bucket, key, versionId);
  return [
    discardVersionBlob(bucket, key, versionId),
    statement(sql`delete from s3_versions where ${version} and lock is not distinct from ${lock}`.compile(s3Tables), 1),
  ];
}

/** Where the key holds nothing and its latest version is no delete marker, the key holds that version again. */
export function promoteLatest(bucket: string, key: string): Statement[] {
  const ofKey = sql`bucket = ${bucket} and key = ${key}`;
  return [
    statement(
      sql`insert into s3_objects (${columnList}) select ${columnList} from s3_versions
        where ${ofKey} and is_marker = 0 and seq = (select max(seq) from s3_versions where ${ofKey})
          and not exists (select 1 from s3_objects where ${ofKey})`.compile(s3Tables),
    ),
    statement(
      sql`delete from s3_versions where ${ofKey}
        and seq = (select seq from s3_objects where ${ofKey})`.compile(s3Tables),
    ),
  ];
}

export type FoundVersion = VersionRow & { readonly is_latest: 0 | 1 };

/** A version by its id, wherever it is. */
export async function findVersion(
  database: Database,
  bucket: string,
  key: string,
  versionId: string,
): Promise<FoundVersion | undefined> {
  const version = versionAt(bucket, key, versionId);
  const query = sql<FoundVersion>`
    select ${columnList}, 0 as is_marker, 1 as is_latest from s3_objects where ${version}
    union all
    select ${columnList}, is_marker, ${isLatestMarker} as is_latest from s3_versions v where ${version}`;
  return (await database.read(query.compile(s3Tables)))[0];
}

/** Of a row of s3_versions, called v: whether it is a delete marker that hides the key. */
export const isLatestMarker = sql<0 | 1>`(case when v.is_marker = 1
  and not exists (select 1 from s3_objects o where o.bucket = v.bucket and o.key = v.key)
  and not exists (select 1 from s3_versions w where w.bucket = v.bucket and w.key = v.key and w.seq > v.seq) then 1 else 0 end)`;

/** The version that an upload became; undefined where there is none. */
export async function findCompleted(
  database: Database,
  bucket: string,
  key: string,
  uploadId: string,
): Promise<ObjectRow | undefined> {
  const ofUpload = sql`bucket = ${bucket} and key = ${key} and document ->> '$.parts.uploadId' = ${uploadId}`;
  const query = sql<ObjectRow>`select ${columnList} from s3_objects where ${ofUpload}
    union all select ${columnList} from s3_versions where ${ofUpload} and is_marker = 0`;
  return (await database.read(query.compile(s3Tables)))[0];
}

/** The delete marker that hides the key; undefined where there is none. */
export async function findHidingMarker(
  database: Database,
  bucket: string,
  key: string,
): Promise<VersionRow | undefined> {
  const query = s3Tables
    .selectFrom('s3_versions')
    .selectAll()
    .where('bucket', '=', bucket)
    .where('key', '=', key)
    .orderBy('seq', 'desc')
    .limit(1);
  const [row] = await database.read(query.compile());
  return row?.is_marker === 1 ? row : undefined;
}

/** Misses if the version was deleted. */
export function updateVersion(
  { bucket, key, version_id: versionId }: Pick<ObjectRow, 'bucket' | 'key' | 'version_id'>,
  isCurrent: boolean,
  change: Partial<Pick<ObjectRow, 'tags' | 'lock' | 'document'>>,
  before: Partial<Pick<ObjectRow, 'lock' | 'seq'>> = {},
): Statement {
  let query = s3Tables
    .updateTable(isCurrent ? 's3_objects' : 's3_versions')
    .set(change)
    .where('bucket', '=', bucket)
    .where('key', '=', key)
    .where('version_id', '=', versionId);
  if (before.lock !== undefined) query = query.where('lock', 'is not distinct from', before.lock);
  if (before.seq !== undefined) query = query.where('seq', '=', before.seq);
  return statement(query.compile(), 1);
}
