/** The table of a request. */
import type { Call } from '../../../contract/call.ts';
import type { DynamoDbDeps } from '../deps.ts';
import { noSuchTable } from '../invalid.ts';
import type { Table } from './definition.ts';

type Caller = Pick<Call, 'account' | 'region'>;

/** For reading and writing items: a table that is being created or deleted does not exist. Synchronous where it is known. */
export function usableTable(deps: DynamoDbDeps, { account, region }: Caller, name: string): Table | Promise<Table> {
  const found = deps.tables.find(account, region, name);
  return found instanceof Promise ? found.then(usable) : usable(found);
}

function usable(table: Table | undefined): Table {
  if (table === undefined || table.status === 'CREATING' || table.status === 'DELETING') throw noSuchTable();
  return table;
}

/** For operations on tables. */
export async function anyTable(deps: DynamoDbDeps, { account, region }: Caller, name: string): Promise<Table> {
  const table = await deps.tables.find(account, region, name);
  if (table === undefined) throw noSuchTable(name);
  return table;
}
