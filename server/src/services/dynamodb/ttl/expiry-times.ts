/** Brings the expiry times of a table's items up to date after its time to live was enabled or disabled. */
import { type Statement, statement } from '../../../storage/database.ts';
import type { DynamoDbDeps } from '../deps.ts';
import { expiryOf } from '../items/changes.ts';
import { readRange, storedOf } from '../items/entry-store.ts';
import { dynamoDbTables } from '../schema.ts';
import type { Table } from '../tables/definition.ts';

const pageItems = 500;

export async function setExpiryTimes(
  { database }: Pick<DynamoDbDeps, 'database'>,
  table: Table,
  signal: AbortSignal,
): Promise<void> {
  let from: Uint8Array = Buffer.alloc(0);
  while (!signal.aborted) {
    const page = await readRange(database, {
      table: table.id,
      index: 0,
      from,
      to: undefined,
      backward: false,
      limit: pageItems,
    });
    await database.write(
      page.map((row) => setExpiry(table, row.key, row.version, expiryOf(table, storedOf(row).item))),
    );
    const last = page.at(-1);
    if (last === undefined || page.length < pageItems) return;
    from = Buffer.concat([last.key, Buffer.from([0])]);
  }
}

/** One that was changed since has its time already. */
const setExpiry = (table: Table, key: Uint8Array, version: number, expiresAt: number | null): Statement =>
  statement(
    dynamoDbTables
      .updateTable('dynamodb_entries')
      .set({ expires_at: expiresAt })
      .where('table_id', '=', table.id)
      .where('index_id', '=', 0)
      .where('key', '=', key)
      .where('version', '=', version)
      .compile(),
  );
