/** The only SQL about objects, but for listings (listing/listing-store.ts) and blobs to be freed (garbage-store.ts). */
import { sql } from 'kysely';
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import { type ObjectRow, s3Tables } from '../tables.ts';

export async function findObject(database: Database, bucket: string, key: string): Promise<ObjectRow | undefined> {
  const query = s3Tables.selectFrom('s3_objects').selectAll().where('bucket', '=', bucket).where('key', '=', key);
  return (await database.read(query.compile()))[0];
}

export function findObjects(database: Database, bucket: string, keys: readonly string[]): Promise<ObjectRow[]> {
  const query = s3Tables.selectFrom('s3_objects').selectAll().where('bucket', '=', bucket).where('key', 'in', keys);
  return database.read(query.compile());
}

/** Writes over what is there. Misses where the bucket is gone. */
export function putObjectRow(row: ObjectRow): Statement {
  const replace = sql`on conflict (bucket, key) do update set blob_id = excluded.blob_id, size = excluded.size,
    etag = excluded.etag, last_modified = excluded.last_modified, storage_class = excluded.storage_class,
    checksum_algorithm = excluded.checksum_algorithm, checksum_type = excluded.checksum_type,
    checksum_value = excluded.checksum_value, document = excluded.document`;
  return statement(sql`${insertIntoBucket(row)} ${replace}`.compile(s3Tables), 1);
}

/** Fails as not unique where the key is taken, misses where the bucket is gone. */
export function insertObjectRow(row: ObjectRow): Statement {
  return statement(insertIntoBucket(row).compile(s3Tables), 1);
}

/** Misses where the object has another entity tag or is gone. */
export function updateObjectRow(row: ObjectRow, etag: string | undefined): Statement {
  let query = s3Tables.updateTable('s3_objects').set(row).where('bucket', '=', row.bucket).where('key', '=', row.key);
  if (etag !== undefined) query = query.where('etag', '=', etag);
  return statement(query.compile(), 1);
}

function insertIntoBucket(row: ObjectRow) {
  const entries = Object.entries(row);
  const columns = sql.join(entries.map(([name]) => sql.ref(name)));
  const values = sql.join(entries.map(([, value]) => sql.val(value)));
  return sql`insert into s3_objects (${columns}) select ${values} from s3_buckets where name = ${row.bucket}`;
}

/** Misses where the object is not the one that was read. */
export function removeObject({ bucket, key, blob_id: blobId }: ObjectRow): Statement {
  const query = s3Tables
    .deleteFrom('s3_objects')
    .where('bucket', '=', bucket)
    .where('key', '=', key)
    .where('blob_id', '=', blobId);
  return statement(query.compile(), 1);
}

/** Misses where the object does not name this blob any more: goes before what names the blob anew. */
export function requireBlob({ bucket, key, blob_id: blobId }: ObjectRow): Statement {
  const query = s3Tables
    .updateTable('s3_objects')
    .set({ blob_id: blobId })
    .where('bucket', '=', bucket)
    .where('key', '=', key)
    .where('blob_id', '=', blobId);
  return statement(query.compile(), 1);
}
