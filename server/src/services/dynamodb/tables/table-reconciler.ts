/**
 * Makes tables what their rows say: activates, fills new indexes, removes what was deleted. Each step commits by itself and is repeated after a kill.
 */
import { type Reconciler, startReconciler } from '../../../engine/reconcile.ts';
import type { DynamoDbDeps } from '../deps.ts';
import { activate } from './activate.ts';
import { tableOf } from './definition.ts';
import { removeEntries } from './remove-entries.ts';
import { findTableById, listChangingTables, removeTable } from './table-store.ts';
import { updateIndexes } from './update-indexes.ts';

/** A table can be seen being created or deleted, as on AWS: programs that do not wait for it fail here, too. */
const passingMs = 150;
const everyMs = 30_000;

export interface TableReconciler extends Pick<Reconciler, 'stop'> {
  wake(table: number): void;
  settled(table: number): Promise<void>;
}

type Deps = Omit<DynamoDbDeps, 'wake' | 'settled'>;

export function startTableReconciler(deps: Deps): TableReconciler {
  /** Tables whose first step, which only waits, was done. */
  const seen = new Set<string>();
  const waiting = new Map<string, Set<() => void>>();

  function ended(key: string): void {
    seen.delete(key);
    for (const resolve of waiting.get(key) ?? []) resolve();
    waiting.delete(key);
  }

  async function step(key: string, signal: AbortSignal): Promise<number | undefined> {
    const row = await findTableById(deps.database, Number(key));
    if (row === undefined || row.status === 'ACTIVE') return void ended(key);
    if (!seen.has(key)) {
      seen.add(key);
      return passingMs;
    }
    const table = tableOf(row);
    if (row.status === 'DELETING') {
      await removeEntries(deps.database, { table: table.id }, signal);
      if (signal.aborted) return undefined;
      await deps.database.write([removeTable(table.id)]);
    } else if (row.status === 'CREATING') await activate(deps, table);
    else await updateIndexes(deps, table, signal);
    deps.tables.forget(table);
    ended(key);
    return undefined;
  }

  const reconciler = startReconciler({
    name: 'dynamodb-tables',
    list: () => listChangingTables(deps.database),
    step,
    everyMs,
    concurrency: 4,
    background: deps.background,
    clock: deps.clock,
    log: deps.log,
  });

  return {
    wake: (table) => reconciler.wake(String(table)),
    settled(table) {
      return new Promise((resolve) => {
        const key = String(table);
        const timer = setTimeout(resolve, 1000);
        const done = () => {
          clearTimeout(timer);
          resolve();
        };
        const all = waiting.get(key) ?? new Set();
        waiting.set(key, all.add(done));
      });
    },
    stop: () => reconciler.stop(),
  };
}
