/** The statements of one item's change: the item and what its table's indexes hold of it. They commit together or not at all. */
import type { Statement } from '../../../storage/database.ts';
import { heldBy, type Table } from '../tables/definition.ts';
import { itemSize } from '../values/size.ts';
import { attributeOf, type Item } from '../values/value.ts';
import {
  deleteIndexEntry,
  deleteItemEntry,
  type Entry,
  insertEntry,
  putEntry,
  type Stored,
  updateEntry,
} from './entry-store.ts';
import { indexKeyBytes } from './keys.ts';

export interface Change {
  readonly table: Table;
  readonly key: Buffer;
  readonly before: Stored | undefined;
  readonly after: Item | undefined;
  /** Of `after`. */
  readonly size: number;
  /** Of `after`, too. */
  readonly version: number;
}

/** Differs from every other one of the item. */
export const newVersion = (): number => Math.floor(Math.random() * 2 ** 47);

export function itemEntry({ table, key, after = {}, size, version }: Omit<Change, 'before'>): Entry {
  return {
    table_id: table.id,
    index_id: 0,
    key,
    version,
    size,
    expires_at: expiryOf(table, after),
    item: JSON.stringify(after),
  };
}

/** Seconds since 1970; null for an item that does not end. */
export function expiryOf({ expiryAttribute }: Table, item: Item): number | null {
  const text = expiryAttribute === undefined ? undefined : attributeOf(item, expiryAttribute)?.N;
  const seconds = Number(text);
  return text !== undefined && Number.isSafeInteger(Math.floor(seconds)) && seconds > 0 ? Math.floor(seconds) : null;
}

export function statementsOf(change: Change): Statement[] {
  const { table, key, before, after } = change;
  if (after === undefined)
    return before === undefined ? [] : [deleteItemEntry(table.id, key, before.version), ...indexStatements(change)];
  const entry = itemEntry(change);
  const own = before === undefined ? insertEntry(entry) : updateEntry(entry, before.version);
  return table.indexes.length === 0 ? [own] : [own, ...indexStatements(change)];
}

function indexStatements({ table, before, after }: Change): Statement[] {
  return table.indexes.flatMap((index) => {
    if (index.status === 'DELETING') return [];
    const old = before && heldBy(index, before.item);
    const next = after && heldBy(index, after);
    const oldKey = old && before && indexKeyBytes(before.item, index, table);
    const nextKey = next && after && indexKeyBytes(after, index, table);
    const statements: Statement[] = [];
    if (oldKey !== undefined && (nextKey === undefined || !oldKey.equals(nextKey)))
      statements.push(deleteIndexEntry(table.id, index.id, oldKey));
    if (next !== undefined && nextKey !== undefined)
      statements.push(
        putEntry({
          table_id: table.id,
          index_id: index.id,
          key: nextKey,
          version: 0,
          size: itemSize(next),
          expires_at: null,
          item: JSON.stringify(next),
        }),
      );
    return statements;
  });
}
