/** The only SQL about log groups. */
import { sql } from 'kysely';
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import { type LogGroupRow, logsTables } from '../tables.ts';

export function insertLogGroup(row: LogGroupRow): Statement {
  return statement(logsTables.insertInto('log_groups').values(row).compile());
}

/** Misses if the group was deleted. */
export function requireLogGroup(id: string): Statement {
  return statement(logsTables.updateTable('log_groups').set({ id }).where('id', '=', id).compile(), 1);
}

export function updateRetention(id: string, days: number | null): Statement {
  const query = logsTables.updateTable('log_groups').set({ retention_days: days }).where('id', '=', id);
  return statement(query.compile(), 1);
}

/** The group and its streams; the events, which may be many, follow in pieces. */
export function removeLogGroup(id: string): Statement[] {
  return [
    statement(logsTables.deleteFrom('log_groups').where('id', '=', id).compile(), 1),
    statement(logsTables.deleteFrom('log_streams').where('group_id', '=', id).compile()),
  ];
}

export async function findLogGroup(
  database: Database,
  account: string,
  region: string,
  name: string,
): Promise<LogGroupRow | undefined> {
  const query = logsTables
    .selectFrom('log_groups')
    .selectAll()
    .where('account', '=', account)
    .where('region', '=', region)
    .where('name', '=', name);
  return (await database.read(query.compile()))[0];
}

export interface LogGroupFilter {
  readonly prefix: string | undefined;
  /** Somewhere in the name, whatever its case. */
  readonly part: string | undefined;
  readonly after: string | undefined;
}

export function listLogGroups(
  database: Database,
  account: string,
  region: string,
  filter: LogGroupFilter,
  limit: number,
): Promise<LogGroupRow[]> {
  const { prefix, part, after } = filter;
  let query = logsTables
    .selectFrom('log_groups')
    .selectAll()
    .where('account', '=', account)
    .where('region', '=', region)
    .orderBy('name')
    .limit(limit);
  if (prefix !== undefined) {
    query = query.where('name', '>=', prefix).where(sql<boolean>`substr(name, 1, ${prefix.length}) = ${prefix}`);
  }
  if (part !== undefined) query = query.where(sql<boolean>`instr(lower(name), ${part.toLowerCase()}) > 0`);
  if (after !== undefined) query = query.where('name', '>', after);
  return database.read(query.compile());
}
