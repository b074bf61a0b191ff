/** Changes a table's definition in one step that is done at once. Tried again where something else changed it meanwhile. */
import type { Call } from '../../../contract/call.ts';
import { Conflict } from '../../../storage/database.ts';
import type { DynamoDbDeps } from '../deps.ts';
import type { TableStatus } from '../schema.ts';
import type { Table, TableDefinition } from './definition.ts';
import { tableOf } from './definition.ts';
import { changeTable } from './table-store.ts';

export interface TableChanged {
  readonly status?: TableStatus;
  readonly definition: TableDefinition;
}

/** `decide` throws what refuses the change. */
export async function changeDefinition(
  deps: DynamoDbDeps,
  call: Pick<Call, 'account' | 'region'>,
  find: () => Promise<Table>,
  decide: (table: Table) => TableChanged,
): Promise<Table> {
  for (;;) {
    const table = await find();
    const { status = table.status, definition } = decide(table);
    try {
      await deps.database.write([changeTable({ id: table.id, generation: table.generation, status, definition })]);
    } catch (error) {
      deps.tables.forget(table);
      if (error instanceof Conflict) continue;
      throw error;
    }
    deps.tables.forget(table);
    if (status !== 'ACTIVE') deps.wake(table.id);
    return tableOf({
      id: table.id,
      ...call,
      account: table.account,
      region: table.region,
      name: table.name,
      status,
      generation: table.generation + 1,
      created_at: table.createdAt,
      document: JSON.stringify(definition),
    });
  }
}
