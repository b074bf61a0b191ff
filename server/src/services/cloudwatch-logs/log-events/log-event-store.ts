/** The only SQL about log events. They are ordered by their time, then by their arrival. */
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import { type LogEventRow, logsTables } from '../tables.ts';

/** A position in that order. */
export interface Position {
  readonly timestamp: number;
  readonly id: number;
}

const rowsPerStatement = 1_000;
const rowsPerRemoval = 5_000;

export function insertLogEvents(rows: readonly Omit<LogEventRow, 'id'>[]): Statement[] {
  const statements: Statement[] = [];
  for (let at = 0; at < rows.length; at += rowsPerStatement) {
    const some = rows.slice(at, at + rowsPerStatement);
    statements.push(statement(logsTables.insertInto('log_events').values(some).compile(), some.length));
  }
  return statements;
}

export function removeExpired(streamId: string, before: number): Statement {
  const query = logsTables.deleteFrom('log_events').where('stream_id', '=', streamId).where('timestamp', '<', before);
  return statement(query.compile());
}

export type EventOwner = { readonly groupId: string } | { readonly streamId: string };

/** In pieces, so that no other write waits for long. They are no longer visible: their group or stream was deleted. */
export async function removeEvents(database: Database, owner: EventOwner): Promise<void> {
  const [column, id] =
    'groupId' in owner ? (['group_id', owner.groupId] as const) : (['stream_id', owner.streamId] as const);
  const some = logsTables.selectFrom('log_events').select('id').where(column, '=', id).limit(rowsPerRemoval);
  const removal = statement(logsTables.deleteFrom('log_events').where('id', 'in', some).compile());
  while ((await database.read(some.limit(1).compile())).length > 0) await database.write([removal]);
}

export interface EventRange {
  /** Inclusive. */
  readonly startAt: number | undefined;
  /** Exclusive. */
  readonly endAt: number | undefined;
  /** Beyond this position, itself excluded: after it, or before it where the order is descending. */
  readonly beyond: Position | undefined;
  readonly descending: boolean;
}

function selectEvents(range: EventRange, limit: number) {
  const direction = range.descending ? 'desc' : 'asc';
  let query = logsTables
    .selectFrom('log_events')
    .selectAll()
    .orderBy('timestamp', direction)
    .orderBy('id', direction)
    .limit(limit);
  if (range.startAt !== undefined) query = query.where('timestamp', '>=', range.startAt);
  if (range.endAt !== undefined) query = query.where('timestamp', '<', range.endAt);
  const { beyond } = range;
  if (beyond) {
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('timestamp', 'id'), range.descending ? '<' : '>', tuple(beyond.timestamp, beyond.id)),
    );
  }
  return query;
}

export function listStreamEvents(
  database: Database,
  streamId: string,
  range: EventRange,
  limit: number,
): Promise<LogEventRow[]> {
  return database.read(selectEvents(range, limit).where('stream_id', '=', streamId).compile());
}

export interface SearchScope {
  readonly groupId: string;
  /** Only these streams, by id. */
  readonly streamIds: readonly string[] | undefined;
  readonly streamPrefix: string | undefined;
}

/** Events of living streams only, with their streams' names. */
export async function listGroupEvents(
  database: Database,
  scope: SearchScope,
  range: EventRange,
  limit: number,
): Promise<(LogEventRow & { stream_name: string })[]> {
  const { streamIds, streamPrefix: prefix } = scope;
  let streams = logsTables.selectFrom('log_streams').select('log_streams.id').where('group_id', '=', scope.groupId);
  if (streamIds) streams = streams.where('log_streams.id', 'in', [...streamIds]);
  if (prefix !== undefined) {
    streams = streams.where(({ eb, fn, val }) => eb(fn('substr', ['name', val(1), val(prefix.length)]), '=', prefix));
  }
  const query = selectEvents(range, limit)
    .select(({ selectFrom }) =>
      selectFrom('log_streams')
        .select('name')
        .whereRef('log_streams.id', '=', 'log_events.stream_id')
        .as('stream_name'),
    )
    .where('group_id', '=', scope.groupId)
    .where('stream_id', 'in', streams);
  const rows = await database.read(query.compile());
  return rows.flatMap(({ stream_name, ...row }) => (stream_name === null ? [] : [{ ...row, stream_name }]));
}
