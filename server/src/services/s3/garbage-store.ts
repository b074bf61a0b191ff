/** The only SQL about blobs that a row has stopped naming. They are freed after the commit, by the collector. */
import { sql } from 'kysely';
import { type Database, type Statement, statement } from '../../storage/database.ts';
import { prepared } from '../../storage/query-builder.ts';
import { s3Tables } from './tables.ts';

/** Goes before the statement that drops or replaces the object's row; `versionId` limits it to that version. */
export function discardObjectBlob(bucket: string, key: string, versionId?: string): Statement {
  if (versionId === undefined) return discard(blobOfKey({ bucket, key }));
  return discard(blobOfVersion({ bucket, key, versionId }));
}

const blobOf = (bucket: string, key: string) =>
  s3Tables.selectFrom('s3_objects').select('blob_id').where('bucket', '=', bucket).where('key', '=', key);
const blobOfKey = prepared((at: { bucket: string; key: string }) => blobOf(at.bucket, at.key).compile());
const blobOfVersion = prepared((at: { bucket: string; key: string; versionId: string }) =>
  blobOf(at.bucket, at.key).where('version_id', '=', at.versionId).compile(),
);

/** Goes before the statement that drops the upload's parts; `partNumber` limits it to one. */
export function discardPartBlobs(uploadId: string, partNumber?: number): Statement {
  let query = s3Tables.selectFrom('s3_parts').select('blob_id').where('upload_id', '=', uploadId);
  if (partNumber !== undefined) query = query.where('part_number', '=', partNumber);
  return discard(query.compile());
}

/** Parts that the completed object does not contain. Must precede the statement that drops the upload's parts. */
export function discardUnchosenParts(uploadId: string, compositeId: string): Statement {
  const chosen = s3Tables.selectFrom('s3_segments').select('blob_id').where('composite_id', '=', compositeId);
  const parts = s3Tables.selectFrom('s3_parts').select('blob_id').where('upload_id', '=', uploadId);
  return discard(parts.where('blob_id', 'not in', chosen).compile());
}

/** The parts of a composite blob, and their list. */
export function discardSegments(compositeId: string): Statement[] {
  const ofComposite = s3Tables.selectFrom('s3_segments').where('composite_id', '=', compositeId);
  return [
    discard(ofComposite.select('blob_id').compile()),
    statement(s3Tables.deleteFrom('s3_segments').where('composite_id', '=', compositeId).compile()),
  ];
}

export function removeSmall(blobIds: readonly string[]): Statement {
  return statement(s3Tables.deleteFrom('s3_small').where('blob_id', 'in', blobIds).compile());
}

function discard({ sql: text, parameters }: { sql: string; parameters: readonly unknown[] }): Statement {
  return { sql: `insert into s3_garbage (blob_id) ${text} on conflict do nothing`, parameters };
}

interface Garbage {
  readonly blobId: string;
  /** Another row still names it: a copy. */
  readonly isUsed: boolean;
}

const namingTables = ['s3_objects', 's3_versions', 's3_parts', 's3_segments'] as const;

export async function listGarbage(database: Database, limit: number): Promise<Garbage[]> {
  const named = namingTables.map(
    (table) => sql`exists (select 1 from ${sql.table(table)} t where t.blob_id = s3_garbage.blob_id)`,
  );
  const query = sql<{ blob_id: string; used: number }>`
    select blob_id, ${sql.join(named, sql` or `)} as used from s3_garbage limit ${limit}`;
  const rows = await database.read(query.compile(s3Tables));
  return rows.map(({ blob_id: blobId, used }) => ({ blobId, isUsed: used !== 0 }));
}

export function removeGarbage(blobIds: readonly string[]): Statement {
  return statement(s3Tables.deleteFrom('s3_garbage').where('blob_id', 'in', blobIds).compile());
}

/** SQLite takes some 32,000 parameters a query. */
const chunkSize = 1000;

/** Which of these blobs any row names. */
export async function findUsedBlobs(database: Database, blobIds: readonly string[]): Promise<Set<string>> {
  const used = new Set<string>();
  for (let from = 0; from < blobIds.length; from += chunkSize) {
    const chunk = JSON.stringify(blobIds.slice(from, from + chunkSize));
    const selects = namingTables.map(
      (table) => sql`select blob_id from ${sql.table(table)} where blob_id in (select value from json_each(${chunk}))`,
    );
    const query = sql<{ blob_id: string }>`${sql.join(selects, sql` union `)}`;
    for (const row of await database.read(query.compile(s3Tables))) used.add(row.blob_id);
  }
  return used;
}
