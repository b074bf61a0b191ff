/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteTable.html */
import { Conflict } from '../../../storage/database.ts';
import { nameIn, onTable } from '../access.ts';
import type { DynamoDbOperation } from '../deps.ts';
import { invalid } from '../invalid.ts';
import { describeTable } from './describe.ts';
import { anyTable } from './find-table.ts';
import { changeTable } from './table-store.ts';

export const deleteTable: DynamoDbOperation<'DeleteTable'> = {
  access: (input, call, deps) => onTable('DeleteTable', input.TableName, call, deps),
  async handle(input, call, deps) {
    for (;;) {
      const table = await anyTable(deps, call, nameIn(input.TableName));
      const inUse = (what: string) =>
        call.error(
          'ResourceInUseException',
          `Attempt to change a resource which is still in use: Table is being ${what}: ${table.name}`,
        );
      if (table.status === 'CREATING') throw inUse('created');
      if (table.status === 'UPDATING') throw inUse('updated');
      if (table.definition.isProtected)
        throw invalid(
          'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
        );
      if (table.status === 'DELETING') return { TableDescription: describeTable(table) };
      try {
        await deps.database.write([changeTable({ ...table, status: 'DELETING' })]);
      } catch (error) {
        deps.tables.forget(table);
        if (error instanceof Conflict) continue;
        throw error;
      }
      deps.tables.forget(table);
      deps.wake(table.id);
      return { TableDescription: describeTable({ ...table, status: 'DELETING' }) };
    }
  },
};
