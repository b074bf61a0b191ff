/** The only SQL about tables. */
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import { prepared } from '../../../storage/query-builder.ts';
import { dynamoDbTables, type TableRow, type TableStatus } from '../schema.ts';
import type { TableDefinition } from './definition.ts';

export const insertTable = (row: TableRow): Statement =>
  statement(dynamoDbTables.insertInto('dynamodb_tables').values(row).compile());

const required = prepared((key: { id: number; generation: number }) =>
  dynamoDbTables
    .updateTable('dynamodb_tables')
    .set({ generation: key.generation })
    .where('id', '=', key.id)
    .where('generation', '=', key.generation)
    .compile(),
);

/** Misses where the table was changed or deleted. */
export const requireTable = ({ id, generation }: { id: number; generation: number }): Statement =>
  statement(required({ id, generation }), 1);

export interface TableChange {
  readonly id: number;
  readonly generation: number;
  readonly status: TableStatus;
  readonly definition: TableDefinition;
}

/** Misses where something else changed it. */
export const changeTable = ({ id, generation, status, definition }: TableChange): Statement =>
  statement(
    dynamoDbTables
      .updateTable('dynamodb_tables')
      .set({ status, generation: generation + 1, document: JSON.stringify(definition) })
      .where('id', '=', id)
      .where('generation', '=', generation)
      .compile(),
    1,
  );

export const removeTable = (id: number): Statement =>
  statement(dynamoDbTables.deleteFrom('dynamodb_tables').where('id', '=', id).compile(), 1);

export async function findTable(
  database: Database,
  account: string,
  region: string,
  name: string,
): Promise<TableRow | undefined> {
  const query = dynamoDbTables
    .selectFrom('dynamodb_tables')
    .selectAll()
    .where('account', '=', account)
    .where('region', '=', region)
    .where('name', '=', name);
  return (await database.read(query.compile()))[0];
}

export async function findTableById(database: Database, id: number): Promise<TableRow | undefined> {
  const query = dynamoDbTables.selectFrom('dynamodb_tables').selectAll().where('id', '=', id);
  return (await database.read(query.compile()))[0];
}

export async function listTableNames(
  database: Database,
  account: string,
  region: string,
  after: string,
  limit: number,
): Promise<string[]> {
  const query = dynamoDbTables
    .selectFrom('dynamodb_tables')
    .select('name')
    .where('account', '=', account)
    .where('region', '=', region)
    .where('name', '>', after)
    .orderBy('name')
    .limit(limit);
  return (await database.read(query.compile())).map(({ name }) => name);
}

export async function listChangingTables(database: Database): Promise<string[]> {
  const query = dynamoDbTables.selectFrom('dynamodb_tables').select('id').where('status', '<>', 'ACTIVE');
  return (await database.read(query.compile())).map(({ id }) => String(id));
}
