/**
 * Removes items whose time is over by the platform's clock, and tokens of transactions that nobody may use again. AWS removes items within a few days, and never
 * those whose time was more than five years ago.
 */
import { type Reconciler, startReconciler } from '../../../engine/reconcile.ts';
import type { DynamoDbDeps } from '../deps.ts';
import { unitsOfChange } from '../items/capacity.ts';
import { expiryOf } from '../items/changes.ts';
import { itemKeyBytes } from '../items/keys.ts';
import { mutate } from '../items/mutate.ts';
import { dynamoDbTables } from '../schema.ts';
import { type Table, tableOf } from '../tables/definition.ts';
import { findTableById } from '../tables/table-store.ts';
import { removeTransactions } from '../transactions/transaction-store.ts';
import type { Item } from '../values/value.ts';

const everyMs = 30_000;
const pageItems = 200;
const oldestSeconds = 5 * 365 * 24 * 60 * 60;

export function startCaretaker(deps: DynamoDbDeps): Reconciler {
  const { database, clock, log } = deps;
  return startReconciler({
    name: 'dynamodb-time-to-live',
    async list() {
      await database.write([removeTransactions(clock.now().getTime())]);
      const query = dynamoDbTables
        .selectFrom('dynamodb_entries')
        .select('table_id')
        .distinct()
        .where('expires_at', 'is not', null)
        .where('expires_at', '<=', seconds(clock.now()));
      return (await database.read(query.compile())).map(({ table_id }) => String(table_id));
    },
    async step(key, signal) {
      const row = await findTableById(database, Number(key));
      if (row === undefined || row.status === 'DELETING') return undefined;
      await expire(deps, tableOf(row), signal);
      return undefined;
    },
    everyMs,
    concurrency: 1,
    background: deps.background,
    clock,
    log,
  });
}

const seconds = (time: Date) => Math.floor(time.getTime() / 1000);

async function expire(deps: DynamoDbDeps, table: Table, signal: AbortSignal): Promise<void> {
  const now = seconds(deps.clock.now());
  for (let after: Uint8Array = Buffer.alloc(0); !signal.aborted; ) {
    const query = dynamoDbTables
      .selectFrom('dynamodb_entries')
      .select(['key', 'item'])
      .where('table_id', '=', table.id)
      .where('index_id', '=', 0)
      .where('expires_at', '<=', now)
      .where('expires_at', '>', now - oldestSeconds)
      .where('key', '>', after)
      .orderBy('key')
      .limit(pageItems);
    const page = await deps.database.read(query.compile());
    for (const { item } of page) await remove(deps, table, JSON.parse(item) as Item, now);
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.key;
  }
}

/** Unless it was given more time meanwhile. */
async function remove(deps: DynamoDbDeps, table: Table, item: Item, now: number): Promise<void> {
  const mutation = await mutate(deps, table, table, itemKeyBytes(item, table), (before, current) => {
    const ends = before && expiryOf(current, before);
    return ends === undefined || ends === null || ends > now ? before : undefined;
  });
  if (mutation.after === undefined) deps.metrics.write(table, unitsOfChange(table, mutation.before, undefined, 0));
}
