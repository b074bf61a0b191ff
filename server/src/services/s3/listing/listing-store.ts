/**
 * The only SQL that lists objects. With a delimiter each group of keys costs one seek in the index, however many keys it holds: the walk
 * jumps from a group to the first key behind it.
 */
import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../../../storage/database.ts';
import { type ObjectRow, s3Tables } from '../tables.ts';
import { laterOf, successorOf } from './key-order.ts';

interface ListingRange {
  readonly bucket: string;
  /** Keys from this one on. */
  readonly from: string;
  readonly prefix: string;
  readonly delimiter: string | undefined;
  readonly limit: number;
}

export type ListedEntry =
  | { readonly kind: 'object'; readonly object: ListedObject }
  | { readonly kind: 'group'; readonly prefix: string };

export async function listEntries(database: Database, range: ListingRange): Promise<ListedEntry[]> {
  const from = laterOf(range.from, range.prefix);
  if (range.delimiter === undefined || range.delimiter === '') return listFlat(database, { ...range, from });
  return listGrouped(database, { ...range, from }, range.delimiter);
}

const listedColumns = [
  'key',
  'size',
  'etag',
  'last_modified',
  'storage_class',
  'checksum_algorithm',
  'checksum_type',
] as const;

export type ListedObject = Pick<ObjectRow, (typeof listedColumns)[number]>;

async function listFlat(database: Database, { bucket, from, prefix, limit }: ListingRange): Promise<ListedEntry[]> {
  let query = s3Tables
    .selectFrom('s3_objects')
    .select(listedColumns)
    .where('bucket', '=', bucket)
    .where('key', '>=', from)
    .orderBy('key')
    .limit(limit);
  const end = successorOf(prefix);
  if (end !== undefined) query = query.where('key', '<', end);
  return (await database.read(query.compile())).map((object) => ({ kind: 'object', object }));
}

/**
 * Positions are counted in bytes: the text functions of SQLite end at a NUL, which keys may hold. The walk's last row may be the null behind
 * the last key.
 */
async function listGrouped(
  database: Database,
  { bucket, from, prefix, limit }: ListingRange,
  delimiter: string,
): Promise<ListedEntry[]> {
  const end = successorOf(prefix);
  const before = end === undefined ? sql`` : sql`and key < ${end}`;
  const firstFrom = (start: RawBuilder<unknown>) =>
    sql`(select key from s3_objects where bucket = ${bucket} and key >= ${start} ${before} order by key limit 1)`;
  const prefixBytes = Buffer.byteLength(prefix);
  const bytes = sql`cast(walk.key as blob)`;
  // Where the delimiter begins behind the prefix, from 1; 0: nowhere.
  const at = sql`instr(substr(${bytes}, ${prefixBytes + 1}), cast(${delimiter} as blob))`;
  const stem = sql`cast(substr(${bytes}, 1, ${prefixBytes} + ${at} - 1) as text)`;
  // Every key of a group comes before its stem followed by what comes after the delimiter.
  const behindDelimiter = successorOf(delimiter) ?? `${delimiter}\u{10ffff}`;
  const next = sql`case ${at} when 0 then walk.key || char(0) else ${stem} || ${behindDelimiter} end`;
  const query = sql<ListedObject & { stem: string | null }>`
    with recursive walk (key) as (
      select ${firstFrom(sql`${from}`)}
      union all
      select ${firstFrom(next)} from walk where walk.key is not null limit ${limit}
    )
    select walk.key, case ${at} when 0 then null else ${stem} end as stem,
      o.size, o.etag, o.last_modified, o.storage_class, o.checksum_algorithm, o.checksum_type
    from walk left join s3_objects o on ${at} = 0 and o.bucket = ${bucket} and o.key = walk.key
    where walk.key is not null`;
  const rows = await database.read(query.compile(s3Tables));
  return rows.map(({ stem: text, ...object }) =>
    text === null ? { kind: 'object', object } : { kind: 'group', prefix: text + delimiter },
  );
}
