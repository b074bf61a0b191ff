/** The only SQL about what keys hold now, but for listings (listing/) and blobs to be freed (garbage-store.ts). */
import { sql } from 'kysely';
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import { type ObjectRow, s3Tables, type Versioning } from '../tables.ts';

export async function findObject(database: Database, bucket: string, key: string): Promise<ObjectRow | undefined> {
  const query = s3Tables.selectFrom('s3_objects').selectAll().where('bucket', '=', bucket).where('key', '=', key);
  return (await database.read(query.compile()))[0];
}

export type ObjectWithBytes = ObjectRow & { readonly bytes: Uint8Array | null };

/** With its bytes, where they are in the database: a small object is read in one question. */
export async function findObjectWithBytes(
  database: Database,
  bucket: string,
  key: string,
): Promise<ObjectWithBytes | undefined> {
  const query = s3Tables
    .selectFrom('s3_objects')
    .leftJoin('s3_small', 's3_small.blob_id', 's3_objects.blob_id')
    .selectAll('s3_objects')
    .select('s3_small.bytes')
    .where('bucket', '=', bucket)
    .where('key', '=', key);
  return (await database.read(query.compile()))[0];
}

export function findObjects(database: Database, bucket: string, keys: readonly string[]): Promise<ObjectRow[]> {
  const query = s3Tables.selectFrom('s3_objects').selectAll().where('bucket', '=', bucket).where('key', 'in', keys);
  return database.read(query.compile());
}

/** Writes over what is there. Misses where the bucket is gone or its versioning has changed. */
export function putObjectRow(row: ObjectRow, versioning: Versioning): Statement {
  const replaced = Object.keys(row).filter((name) => name !== 'bucket' && name !== 'key');
  const assignments = sql.join(replaced.map((name) => sql`${sql.ref(name)} = excluded.${sql.ref(name)}`));
  const query = sql`${insertIntoBucket(row, versioning)} on conflict (bucket, key) do update set ${assignments}`;
  return statement(query.compile(s3Tables), 1);
}

/** Fails as not unique where the key is taken, misses where the bucket is gone or its versioning has changed. */
export function insertObjectRow(row: ObjectRow, versioning: Versioning): Statement {
  return statement(insertIntoBucket(row, versioning).compile(s3Tables), 1);
}

/** Misses where the key holds nothing, or another entity tag. */
export function requireEtag(bucket: string, key: string, etag: string | undefined): Statement {
  let query = s3Tables
    .updateTable('s3_objects')
    .set(({ ref }) => ({ etag: ref('etag') }))
    .where('bucket', '=', bucket)
    .where('key', '=', key);
  if (etag !== undefined) query = query.where('etag', '=', etag);
  return statement(query.compile(), 1);
}

function insertIntoBucket(row: ObjectRow, versioning: Versioning) {
  const entries = Object.entries(row);
  const columns = sql.join(entries.map(([name]) => sql.ref(name)));
  // The number that nextSequence() has just counted.
  const value = (name: string, given: unknown) =>
    name === 'seq' && versioning !== 'Unversioned' ? sql`(select value from s3_sequence)` : sql.val(given);
  const values = sql.join(entries.map(([name, given]) => value(name, given)));
  return sql`insert into s3_objects (${columns}) select ${values} from s3_buckets
    where name = ${row.bucket} and versioning = ${versioning}`;
}

/** Misses where the object is not the one that was read. */
export function removeObject({ bucket, key, blob_id: blobId, version_id: versionId, lock }: ObjectRow): Statement {
  const query = s3Tables
    .deleteFrom('s3_objects')
    .where('bucket', '=', bucket)
    .where('key', '=', key)
    .where('version_id', '=', versionId)
    .where('blob_id', '=', blobId)
    .where('lock', 'is', lock);
  return statement(query.compile(), 1);
}

/** Misses where no version of the key names this blob any more: goes before what names the blob anew. */
export function requireBlob({ bucket, key, blob_id: blobId }: ObjectRow): Statement {
  // An update that changes nothing: its row count tells.
  const query = sql`update s3_sequence set value = value where
    exists (select 1 from s3_objects where bucket = ${bucket} and key = ${key} and blob_id = ${blobId})
    or exists (select 1 from s3_versions where bucket = ${bucket} and key = ${key} and blob_id = ${blobId})`;
  return statement(query.compile(s3Tables), 1);
}
