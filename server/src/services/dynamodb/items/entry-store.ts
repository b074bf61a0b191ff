/** The only SQL about items and index entries. */
import { sql } from 'kysely';
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import { prepared } from '../../../storage/query-builder.ts';
import { dynamoDbTables, type EntryRow } from '../schema.ts';
import type { Item } from '../values/value.ts';

/** An item as it is kept. */
export interface Stored {
  readonly item: Item;
  readonly version: number;
  readonly size: number;
}

export type Entry = EntryRow;

interface Place {
  readonly table: number;
  readonly index: number;
  readonly key: Uint8Array;
}

type Page = Pick<EntryRow, 'key' | 'version' | 'size' | 'item'>;

const found = prepared<Place, Page>(({ table, index, key }) =>
  dynamoDbTables
    .selectFrom('dynamodb_entries')
    .select(['key', 'version', 'size', 'item'])
    .where('table_id', '=', table)
    .where('index_id', '=', index)
    .where('key', '=', key)
    .compile(),
);

export async function readStored(database: Database, table: number, key: Uint8Array): Promise<Stored | undefined> {
  const [row] = await database.read(found({ table, index: 0, key }));
  return row && storedOf(row);
}

export const storedOf = ({ item, version, size }: Omit<Page, 'key'>): Stored => ({
  item: JSON.parse(item) as Item,
  version,
  size,
});

/** Several items of one moment. */
export async function readTogether(
  database: Database,
  places: readonly { readonly table: number; readonly key: Uint8Array }[],
): Promise<(Stored | undefined)[]> {
  const [first, ...others] = places.map(({ table, key }, at) =>
    dynamoDbTables
      .selectFrom('dynamodb_entries')
      .select(['version', 'size', 'item', sql.lit(at).as('at')])
      .where('table_id', '=', table)
      .where('index_id', '=', 0)
      .where('key', '=', key),
  );
  if (first === undefined) return [];
  const query = others.reduce((all, one) => all.unionAll(one), first);
  const rows = await database.read(query.compile());
  const results: (Stored | undefined)[] = places.map(() => undefined);
  for (const { at, ...row } of rows) results[Number(at)] = storedOf(row);
  return results;
}

const inserted = prepared((entry: Entry) =>
  dynamoDbTables.insertInto('dynamodb_entries').values(pickEntry(entry)).compile(),
);
const pickEntry = ({ table_id, index_id, key, version, size, expires_at, item }: Entry) => ({
  table_id,
  index_id,
  key,
  version,
  size,
  expires_at,
  item,
});

/** Misses (`unique`) where there is one. */
export const insertEntry = (entry: Entry): Statement => statement(inserted(entry));

const upserted = prepared((entry: Entry) =>
  dynamoDbTables
    .insertInto('dynamodb_entries')
    .values(pickEntry(entry))
    .onConflict((conflict) =>
      conflict.columns(['table_id', 'index_id', 'key']).doUpdateSet((of) => ({
        size: of.ref('excluded.size'),
        expires_at: of.ref('excluded.expires_at'),
        item: of.ref('excluded.item'),
        version: of.ref('excluded.version'),
      })),
    )
    .compile(),
);

export const putEntry = (entry: Entry): Statement => statement(upserted(entry));

const updated = prepared((entry: Entry & { before: number }) =>
  dynamoDbTables
    .updateTable('dynamodb_entries')
    .set({
      size: entry.size,
      expires_at: entry.expires_at,
      item: entry.item,
      version: entry.version,
    })
    .where('table_id', '=', entry.table_id)
    .where('index_id', '=', entry.index_id)
    .where('key', '=', entry.key)
    .where('version', '=', entry.before)
    .compile(),
);

/** Misses where the item is another than the one that was read. */
export const updateEntry = (entry: Entry, before: number): Statement => statement(updated({ ...entry, before }), 1);

const deleted = prepared((place: Place & { version: number }) =>
  dynamoDbTables
    .deleteFrom('dynamodb_entries')
    .where('table_id', '=', place.table)
    .where('index_id', '=', place.index)
    .where('key', '=', place.key)
    .where('version', '=', place.version)
    .compile(),
);

export const deleteItemEntry = (table: number, key: Uint8Array, version: number): Statement =>
  statement(deleted({ table, index: 0, key, version }), 1);

const removed = prepared((place: Place) =>
  dynamoDbTables
    .deleteFrom('dynamodb_entries')
    .where('table_id', '=', place.table)
    .where('index_id', '=', place.index)
    .where('key', '=', place.key)
    .compile(),
);

export const deleteIndexEntry = (table: number, index: number, key: Uint8Array): Statement =>
  statement(removed({ table, index, key }));

const touched = prepared((place: Place & { version: number }) =>
  dynamoDbTables
    .updateTable('dynamodb_entries')
    .set({ version: place.version })
    .where('table_id', '=', place.table)
    .where('index_id', '=', place.index)
    .where('key', '=', place.key)
    .where('version', '=', place.version)
    .compile(),
);

/** Misses where the item is another than the one that was read. */
export const requireItem = (table: number, key: Uint8Array, version: number): Statement =>
  statement(touched({ table, index: 0, key, version }), 1);

/** Misses (`unique`) where the item is there: nothing stays of what it inserts. */
export const requireNoItem = (table: number, key: Uint8Array): Statement[] => [
  insertEntry({ table_id: table, index_id: 0, key, version: 0, size: 0, expires_at: null, item: '' }),
  deleteIndexEntry(table, 0, key),
];

export interface Range {
  readonly table: number;
  readonly index: number;
  /** Both included. */
  readonly from: Uint8Array;
  /** Not included; left out for no end. */
  readonly to: Uint8Array | undefined;
  readonly backward: boolean;
  readonly limit: number;
}

const farthest = Buffer.alloc(16, 0xff);

const ranged = ['asc', 'desc'].map((direction) =>
  prepared<Omit<Range, 'backward'> & { to: Uint8Array }, Page>(({ table, index, from, to, limit }) =>
    dynamoDbTables
      .selectFrom('dynamodb_entries')
      .select(['key', 'version', 'size', 'item'])
      .where('table_id', '=', table)
      .where('index_id', '=', index)
      .where('key', '>=', from)
      .where('key', '<', to)
      .orderBy('key', direction as 'asc' | 'desc')
      .limit(limit)
      .compile(),
  ),
);

/** One page of entries, in the order of their keys. */
export function readRange(database: Database, { backward, to = farthest, ...range }: Range): Promise<Page[]> {
  const build = ranged[backward ? 1 : 0] as NonNullable<(typeof ranged)[0]>;
  return database.read(build({ ...range, to }));
}
