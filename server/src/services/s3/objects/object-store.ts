/** The only SQL about what keys hold now, but for listings (listing/) and blobs to be freed (garbage-store.ts). */
import { sql } from 'kysely';
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import { prepared } from '../../../storage/query-builder.ts';
import { type ObjectRow, objectColumns, s3Tables, type Versioning } from '../tables.ts';

interface Place {
  readonly bucket: string;
  readonly key: string;
}

const objectAt = prepared(({ bucket, key }: Place) =>
  s3Tables.selectFrom('s3_objects').selectAll().where('bucket', '=', bucket).where('key', '=', key).compile(),
);

export async function findObject(database: Database, bucket: string, key: string): Promise<ObjectRow | undefined> {
  return (await database.read(objectAt({ bucket, key })))[0];
}

export type ObjectWithBytes = ObjectRow & { readonly bytes: Uint8Array | null };

/** With its bytes, where they are in the database: a small object is read in one question. */
export async function findObjectWithBytes(
  database: Database,
  bucket: string,
  key: string,
): Promise<ObjectWithBytes | undefined> {
  return (await database.read(objectWithBytesAt({ bucket, key })))[0];
}

const objectWithBytesAt = prepared(({ bucket, key }: Place) =>
  s3Tables
    .selectFrom('s3_objects')
    .leftJoin('s3_small', 's3_small.blob_id', 's3_objects.blob_id')
    .selectAll('s3_objects')
    .select('s3_small.bytes')
    .where('bucket', '=', bucket)
    .where('key', '=', key)
    .compile(),
);

export function findObjects(database: Database, bucket: string, keys: readonly string[]): Promise<ObjectRow[]> {
  const query = s3Tables.selectFrom('s3_objects').selectAll().where('bucket', '=', bucket).where('key', 'in', keys);
  return database.read(query.compile());
}

/** Overwrites. Misses if the bucket was deleted or its versioning has changed. */
export function putObjectRow(row: ObjectRow, versioning: Versioning): Statement {
  return statement(writes[versioning].put(row), 1);
}

/** Fails as not unique if the key exists, misses if the bucket was deleted or its versioning has changed. */
export function insertObjectRow(row: ObjectRow, versioning: Versioning): Statement {
  return statement(writes[versioning].insert(row), 1);
}

const writes = {
  Unversioned: writesUnder('Unversioned'),
  Enabled: writesUnder('Enabled'),
  Suspended: writesUnder('Suspended'),
};

function writesUnder(versioning: Versioning) {
  const replaced = objectColumns.filter((name) => name !== 'bucket' && name !== 'key');
  const assignments = sql.join(replaced.map((name) => sql`${sql.ref(name)} = excluded.${sql.ref(name)}`));
  return {
    insert: prepared((row: ObjectRow) => insertIntoBucket(row, versioning).compile(s3Tables)),
    put: prepared((row: ObjectRow) =>
      sql`${insertIntoBucket(row, versioning)} on conflict (bucket, key) do update set ${assignments}`.compile(
        s3Tables,
      ),
    ),
  };
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
  const columns = sql.join(objectColumns.map((name) => sql.ref(name)));
  // The number that nextSequence() has just counted.
  const value = (name: string, given: unknown) =>
    name === 'seq' && versioning !== 'Unversioned' ? sql`(select value from s3_sequence)` : sql.val(given);
  const values = sql.join(objectColumns.map((name) => value(name, row[name])));
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
    .where('lock', 'is not distinct from', lock);
  return statement(query.compile(), 1);
}

/** Misses where no version of the key names this blob any more: goes before what names the blob anew. */
export function requireBlob({ bucket, key, blob_id: blobId }: ObjectRow): Statement {
  // An update that changes nothing: only its row count matters.
  const query = sql`update s3_sequence set value = value where
    exists (select 1 from s3_objects where bucket = ${bucket} and key = ${key} and blob_id = ${blobId})
    or exists (select 1 from s3_versions where bucket = ${bucket} and key = ${key} and blob_id = ${blobId})`;
  return statement(query.compile(s3Tables), 1);
}
