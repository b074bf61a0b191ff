/** The only SQL about log streams. */
import { sql } from 'kysely';
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import { type LogStreamRow, logsTables } from '../tables.ts';

export function insertLogStream(row: LogStreamRow): Statement {
  return statement(logsTables.insertInto('log_streams').values(row).compile());
}

export function removeLogStream(id: string): Statement {
  return statement(logsTables.deleteFrom('log_streams').where('id', '=', id).compile(), 1);
}

/** Misses if the stream was deleted: precedes the events that are added to it. */
export function recordIngestion(id: string, firstAt: number, lastAt: number, now: number): Statement {
  const query = logsTables
    .updateTable('log_streams')
    .set({
      first_event_at: sql`min(coalesce(first_event_at, ${firstAt}), ${firstAt})`,
      last_event_at: sql`max(coalesce(last_event_at, ${lastAt}), ${lastAt})`,
      last_ingestion_at: now,
    })
    .where('id', '=', id);
  return statement(query.compile(), 1);
}

export async function findLogStream(
  database: Database,
  groupId: string,
  name: string,
): Promise<LogStreamRow | undefined> {
  const query = logsTables
    .selectFrom('log_streams')
    .selectAll()
    .where('group_id', '=', groupId)
    .where('name', '=', name);
  return (await database.read(query.compile()))[0];
}

export interface LogStreamOrder {
  readonly by: 'name' | 'lastEventAt';
  readonly descending: boolean;
}

export interface LogStreamPosition {
  readonly name: string;
  /** 0 for a stream without events. */
  readonly lastEventAt: number;
}

const lastEventAt = sql<number>`coalesce(last_event_at, 0)`;

export function listLogStreams(
  database: Database,
  groupId: string,
  prefix: string,
  order: LogStreamOrder,
  after: LogStreamPosition | undefined,
  limit: number,
): Promise<LogStreamRow[]> {
  const direction = order.descending ? 'desc' : 'asc';
  const beyond = order.descending ? '<' : '>';
  let query = logsTables.selectFrom('log_streams').selectAll().where('group_id', '=', groupId).limit(limit);
  if (prefix !== '') {
    query = query.where('name', '>=', prefix).where(sql<boolean>`substr(name, 1, ${prefix.length}) = ${prefix}`);
  }
  if (order.by === 'name') {
    query = query.orderBy('name', direction);
    if (after) query = query.where('name', beyond, after.name);
  } else {
    query = query.orderBy(lastEventAt, direction).orderBy('name', direction);
    if (after) {
      query = query.where(({ and, eb, or }) =>
        or([
          eb(lastEventAt, beyond, after.lastEventAt),
          and([eb(lastEventAt, '=', after.lastEventAt), eb('name', beyond, after.name)]),
        ]),
      );
    }
  }
  return database.read(query.compile());
}

/** The streams of a group that a search looks through. */
export function listNamedStreams(database: Database, groupId: string, names: readonly string[]) {
  const query = logsTables
    .selectFrom('log_streams')
    .selectAll()
    .where('group_id', '=', groupId)
    .where('name', 'in', [...names]);
  return database.read(query.compile());
}
