/** The only SQL about uploads under way and their parts. */
import { sql } from 'kysely';
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import { laterOf, successorOf } from '../listing/key-order.ts';
import { type PartRow, s3Tables, type UploadRow } from '../tables.ts';

/** Misses if the bucket was deleted. */
export function insertUpload(row: UploadRow): Statement {
  return statement(
    sql`${insertFrom('s3_uploads', row)} from s3_buckets where name = ${row.bucket}`.compile(s3Tables),
    1,
  );
}

export async function findUpload(database: Database, uploadId: string): Promise<UploadRow | undefined> {
  const query = s3Tables.selectFrom('s3_uploads').selectAll().where('upload_id', '=', uploadId);
  return (await database.read(query.compile()))[0];
}

export interface UploadRange {
  readonly bucket: string;
  readonly prefix: string;
  /** Keys from this one on. */
  readonly from: string;
  /** Of the key `from` only uploads behind this one. */
  readonly afterUploadId: string | undefined;
  readonly limit: number;
}

/** By key, then by time of initiation, which upload ids begin with. */
export function listUploads(database: Database, range: UploadRange): Promise<UploadRow[]> {
  const from = laterOf(range.from, range.prefix);
  let query = s3Tables
    .selectFrom('s3_uploads')
    .selectAll()
    .where('bucket', '=', range.bucket)
    .orderBy('key')
    .orderBy('upload_id')
    .limit(range.limit);
  const end = successorOf(range.prefix);
  if (end !== undefined) query = query.where('key', '<', end);
  const { afterUploadId } = range;
  query =
    afterUploadId === undefined
      ? query.where('key', '>=', from)
      : query.where(sql<boolean>`(key, upload_id) > (${from}, ${afterUploadId})`);
  return database.read(query.compile());
}

/** Misses where the upload has ended. */
export function removeUpload(uploadId: string): Statement {
  return statement(s3Tables.deleteFrom('s3_uploads').where('upload_id', '=', uploadId).compile(), 1);
}

/** Writes over an earlier part of the number. Misses where the upload has ended. */
export function putPart(row: PartRow): Statement {
  const replace = sql`on conflict (upload_id, part_number) do update set blob_id = excluded.blob_id,
    size = excluded.size, etag = excluded.etag, last_modified = excluded.last_modified,
    checksum_value = excluded.checksum_value`;
  const insert = sql`${insertFrom('s3_parts', row)} from s3_uploads where upload_id = ${row.upload_id} ${replace}`;
  return statement(insert.compile(s3Tables), 1);
}

export function listParts(
  database: Database,
  uploadId: string,
  afterPartNumber: number,
  limit: number,
): Promise<PartRow[]> {
  const query = s3Tables
    .selectFrom('s3_parts')
    .selectAll()
    .where('upload_id', '=', uploadId)
    .where('part_number', '>', afterPartNumber)
    .orderBy('part_number')
    .limit(limit);
  return database.read(query.compile());
}

export function removeParts(uploadId: string): Statement {
  return statement(s3Tables.deleteFrom('s3_parts').where('upload_id', '=', uploadId).compile());
}

function insertFrom(table: 's3_uploads' | 's3_parts', row: object) {
  const entries = Object.entries(row);
  const columns = sql.join(entries.map(([name]) => sql.ref(name)));
  const values = sql.join(entries.map(([, value]) => sql.val(value)));
  return sql`insert into ${sql.table(table)} (${columns}) select ${values}`;
}
