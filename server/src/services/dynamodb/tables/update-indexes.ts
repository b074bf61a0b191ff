/** The work of UpdateTable and UpdateTimeToLive: entries of new indexes are written from the items that are there, those of deleted ones are removed. */
import { Conflict, type Statement } from '../../../storage/database.ts';
import type { DynamoDbDeps } from '../deps.ts';
import { newVersion } from '../items/changes.ts';
import { putEntry, readRange, requireItem, storedOf } from '../items/entry-store.ts';
import { indexKeyBytes } from '../items/keys.ts';
import { setExpiryTimes } from '../ttl/expiry-times.ts';
import { itemSize } from '../values/size.ts';
import { activate } from './activate.ts';
import { heldBy, type Index, type Table } from './definition.ts';
import { removeEntries } from './remove-entries.ts';

type Deps = Pick<DynamoDbDeps, 'database' | 'tables'>;

const pageItems = 200;

export async function updateIndexes(deps: Deps, table: Table, signal: AbortSignal): Promise<void> {
  for (const { id, status } of table.indexes)
    if (status === 'DELETING') await removeEntries(deps.database, { table: table.id, index: id }, signal);
  const created = table.indexes.filter(({ status }) => status === 'CREATING');
  if (created.length > 0) await fill(deps, table, created, signal);
  const { timeToLive } = table.definition;
  const isEnabling = timeToLive?.status === 'ENABLING';
  if (timeToLive !== undefined) await setExpiryTimes(deps, table, signal);
  if (signal.aborted) return;
  await activate(deps, table, isEnabling ? { timeToLive: { ...timeToLive, status: 'ENABLED' } } : {});
}

/** Writers keep the new indexes up to date from the moment that they are in the definition: what is missing is what was there before. */
async function fill(deps: Deps, table: Table, indexes: readonly Index[], signal: AbortSignal): Promise<void> {
  let from: Uint8Array = Buffer.alloc(0);
  while (!signal.aborted) {
    const page = await readRange(deps.database, {
      table: table.id,
      index: 0,
      from,
      to: undefined,
      backward: false,
      limit: pageItems,
    });
    await Promise.all(page.map((row) => fillItem(deps, table, indexes, row)));
    const last = page.at(-1);
    if (last === undefined || page.length < pageItems) return;
    from = Buffer.concat([last.key, Buffer.from([0])]);
  }
}

/** One that was changed since it was read has its entries already. */
async function fillItem(
  deps: Deps,
  table: Table,
  indexes: readonly Index[],
  row: { key: Uint8Array; item: string; version: number; size: number },
): Promise<void> {
  const { item, version } = storedOf(row);
  const entries = indexes.flatMap((index): Statement[] => {
    const held = heldBy(index, item);
    if (held === undefined) return [];
    const key = indexKeyBytes(item, index, table);
    const entry = { table_id: table.id, index_id: index.id, key, version: newVersion(), size: itemSize(held) };
    return [putEntry({ ...entry, expires_at: null, item: JSON.stringify(held) })];
  });
  if (entries.length === 0) return;
  try {
    await deps.database.write([requireItem(table.id, row.key, version), ...entries]);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
  }
}
