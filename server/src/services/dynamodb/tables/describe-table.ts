/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html */
import { nameIn, onTable } from '../access.ts';
import type { DynamoDbOperation } from '../deps.ts';
import { describeTable as describe } from './describe.ts';
import { anyTable } from './find-table.ts';

export const describeTable: DynamoDbOperation<'DescribeTable'> = {
  access: (input, call, deps) => onTable('DescribeTable', input.TableName, call, deps),
  async handle(input, call, deps) {
    const name = nameIn(input.TableName);
    const table = await anyTable(deps, call, name);
    const isPassing = table.status === 'CREATING' || table.status === 'DELETING';
    if (!isPassing) return { Table: describe(table) };
    // Clients' waiters look again after 20 seconds: what will be done in a moment is waited for.
    await deps.settled(table.id);
    deps.tables.forget(table);
    return { Table: describe(await anyTable(deps, call, name)) };
  },
};
