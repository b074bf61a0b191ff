/** One item's change: read, decide, write what was decided if the item is still the one that was read; else again. */
import type { Call } from '../../../contract/call.ts';
import { Conflict } from '../../../storage/database.ts';
import type { DynamoDbDeps } from '../deps.ts';
import type { Table } from '../tables/definition.ts';
import { usableTable } from '../tables/find-table.ts';
import { requireTable } from '../tables/table-store.ts';
import { itemSize } from '../values/size.ts';
import type { Item } from '../values/value.ts';
import { type Change, itemEntry, newVersion, statementsOf } from './changes.ts';
import { putEntry, readStored, type Stored } from './entry-store.ts';
import { cacheKey } from './item-cache.ts';

export interface Mutation {
  readonly table: Table;
  readonly before: Stored | undefined;
  readonly after: Item | undefined;
  /** Of `after`. */
  readonly size: number;
}

type Caller = Pick<Call, 'account' | 'region'>;

/** Someone else's write between each reading and writing: other servers only, since writers of one item take turns. */
const maxAttempts = 20;

export function storedItem(
  deps: DynamoDbDeps,
  table: Table,
  key: Buffer,
): Stored | undefined | Promise<Stored | undefined> {
  const name = cacheKey(table.id, key);
  const known = deps.items.get(name);
  if (known !== undefined) return known ?? undefined;
  return deps.items.load(name, () => readStored(deps.database, table.id, key));
}

/**
 * `decide` returns the item as it is to be: undefined for none, the same object for no change. It throws what refuses the change, and may be called again.
 */
export async function mutate(
  deps: DynamoDbDeps,
  caller: Caller,
  given: Table,
  key: Buffer,
  decide: (before: Item | undefined, table: Table) => Item | undefined,
): Promise<Mutation> {
  const name = cacheKey(given.id, key);
  return deps.turns.take([name], async () => {
    let table = given;
    for (let attempt = 1; ; attempt++) {
      const before = await storedItem(deps, table, key);
      const after = decide(before?.item, table);
      const size = after === undefined ? 0 : itemSize(after);
      const change = { table, key, before, after, size, version: newVersion() };
      if (after === before?.item) return change;
      try {
        await deps.database.write([requireTable(table), ...statementsOf(change)]);
        keepChange(deps, name, change);
        return change;
      } catch (error) {
        deps.items.forget(name);
        if (!(error instanceof Conflict) || attempt >= maxAttempts) throw error;
        if (error.index === 0) table = await tableAgain(deps, caller, table);
      }
    }
  });
}

export function keepChange(deps: DynamoDbDeps, name: string, { after, size, version }: Omit<Change, 'before'>): void {
  deps.items.put(name, after && { item: after, size, version });
}

/** The definition as it is now. */
export function tableAgain(deps: DynamoDbDeps, caller: Caller, table: Table): Table | Promise<Table> {
  deps.tables.forget(table);
  return usableTable(deps, caller, table.name);
}

/** Puts an item over whatever is there, without reading it: for tables without indexes, where nothing is asked about the item before. */
export async function overwrite(
  deps: DynamoDbDeps,
  caller: Caller,
  given: Table,
  key: Buffer,
  after: Item,
): Promise<Mutation> {
  const name = cacheKey(given.id, key);
  const written = await deps.turns.take([name], async () => {
    const change = { table: given, key, after, size: itemSize(after), version: newVersion() };
    try {
      await deps.database.write([requireTable(given), putEntry(itemEntry(change))]);
    } catch (error) {
      deps.items.forget(name);
      if (error instanceof Conflict) return undefined;
      throw error;
    }
    keepChange(deps, name, change);
    return { ...change, before: undefined };
  });
  // The table was changed, and may have indexes now.
  return written ?? mutate(deps, caller, await tableAgain(deps, caller, given), key, () => after);
}
