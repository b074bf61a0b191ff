/** The only SQL about small objects' bytes and the parts of composite blobs. */
import { sql } from 'kysely';
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import { prepared } from '../../../storage/query-builder.ts';
import { type PartRow, type SegmentRow, s3Tables } from '../tables.ts';

const insertSmallQuery = prepared((row: { blobId: string; bytes: Uint8Array }) =>
  s3Tables.insertInto('s3_small').values({ blob_id: row.blobId, bytes: row.bytes }).compile(),
);

export function insertSmall(blobId: string, bytes: Uint8Array): Statement {
  return statement(insertSmallQuery({ blobId, bytes }));
}

export async function findSmall(database: Database, blobId: string): Promise<Uint8Array | undefined> {
  const query = s3Tables.selectFrom('s3_small').select('bytes').where('blob_id', '=', blobId);
  return (await database.read(query.compile()))[0]?.bytes;
}

/** Misses where one of the parts is not there any more as it was read. */
export function insertSegments(compositeId: string, parts: readonly PartRow[]): Statement {
  const chosen = JSON.stringify(parts.map(({ part_number: number, blob_id: blobId }) => [number, blobId]));
  const uploadId = parts[0]?.upload_id ?? '';
  const query = sql`insert into s3_segments (composite_id, part_number, blob_id, size, checksum_value)
    select ${compositeId}, p.part_number, p.blob_id, p.size, p.checksum_value
    from json_each(${chosen}) c join s3_parts p
      on p.upload_id = ${uploadId} and p.part_number = cast(c.value ->> 0 as integer) and p.blob_id = c.value ->> 1`;
  return statement(query.compile(s3Tables), parts.length);
}

export function listSegments(
  database: Database,
  compositeId: string,
  afterPartNumber = 0,
  limit = 10_000,
): Promise<SegmentRow[]> {
  const query = s3Tables
    .selectFrom('s3_segments')
    .selectAll()
    .where('composite_id', '=', compositeId)
    .where('part_number', '>', afterPartNumber)
    .orderBy('part_number')
    .limit(limit);
  return database.read(query.compile());
}
