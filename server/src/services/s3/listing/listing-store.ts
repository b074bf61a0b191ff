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

interface Positions {
  /** Where the delimiter begins behind the prefix, from 1; 0: nowhere. */
  readonly at: RawBuilder<unknown>;
  /** The key up to the delimiter. */
  readonly stem: RawBuilder<unknown>;
  /** The least text that comes after the key. */
  readonly afterKey: RawBuilder<unknown>;
}

/** SQLite's text functions end at a NUL, which keys may hold: there positions are counted in bytes. PostgreSQL stores none (storage/postgres/values.ts). */
const positions: Readonly<Record<Database['dialect'], (prefix: string, delimiter: string) => Positions>> = {
  sqlite(prefix, delimiter) {
    const bytes = sql`cast(walk.key as blob)`;
    const length = Buffer.byteLength(prefix);
    const at = sql`instr(substr(${bytes}, ${length + 1}), cast(${delimiter} as blob))`;
    const stem = sql`cast(substr(${bytes}, 1, ${length} + ${at} - 1) as text)`;
    return { at, stem, afterKey: sql`walk.key || char(0)` };
  },
  postgres(prefix, delimiter) {
    const length = sql`length(${prefix})`;
    const at = sql`strpos(substr(walk.key, ${length} + 1), ${delimiter})`;
    return { at, stem: sql`substr(walk.key, 1, ${length} + ${at} - 1)`, afterKey: sql`walk.key || ${'\0'}` };
  },
};

/**
 * The walk's last row may be the null behind the last key.
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
  const { at, stem, afterKey } = positions[database.dialect](prefix, delimiter);
  // Every key of a group comes before its stem followed by what comes after the delimiter.
  const behindDelimiter = successorOf(delimiter) ?? `${delimiter}\u{10ffff}`;
  const next = sql`case ${at} when 0 then ${afterKey} else ${stem} || ${behindDelimiter} end`;
  const query = sql<ListedObject & { stem: string | null }>`
    with recursive walk (key) as (
      select ${firstFrom(sql`${from}`)}
      union all
      select ${firstFrom(next)} from walk where walk.key is not null${database.dialect === 'sqlite' ? sql` limit ${limit}` : sql``}
    )
    select walk.key, case ${at} when 0 then null else ${stem} end as stem,
      o.size, o.etag, o.last_modified, o.storage_class, o.checksum_algorithm, o.checksum_type
    from walk left join s3_objects o on ${at} = 0 and o.bucket = ${bucket} and o.key = walk.key
    where walk.key is not null${database.dialect === 'sqlite' ? sql`` : sql` limit ${limit}`}`;
  const rows = await database.read(query.compile(s3Tables));
  return rows.map(({ stem: text, ...object }) =>
    text === null ? { kind: 'object', object } : { kind: 'group', prefix: text + delimiter },
  );
}
