/** The only SQL about the trail. There is no statement here that changes a row. */
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { type Database, type Statement, statement } from '../../storage/database.ts';
import type { NewEvent } from './event-record.ts';
import { type EventRow, trailTables } from './tables.ts';

export const hashOf = ({ previous, record }: Pick<EventRow, 'previous' | 'record'>): string =>
  createHash('sha256').update(previous).update('\n').update(record).digest('hex');

const columns = [
  'id',
  'account',
  'region',
  'time',
  'source',
  'name',
  'username',
  'access_key_id',
  'read_only',
  'resources',
  'record',
  'previous',
] as const satisfies readonly (keyof EventRow)[];

/** Compiled once: every recorded call runs this, on the thread that serves requests. */
const insertRow = trailTables
  .insertInto('audit_events')
  .values(Object.fromEntries(columns.map((column) => [column, ''])) as unknown as NewEvent & { previous: string })
  .compile().sql;
const insertResources = sql`insert into audit_resources (seq, type, name)
  select (select seq from audit_events where id = ${''}), value ->> 'type', value ->> 'name' from json_each(${''})`.compile(
  trailTables,
).sql;

export function insertEvent(event: NewEvent, previous: string): Statement[] {
  const row = { ...event, previous };
  const insert = { sql: insertRow, parameters: columns.map((column) => row[column]), rows: 1 };
  if (event.resources === '[]') return [insert];
  return [insert, { sql: insertResources, parameters: [event.id, event.resources] }];
}

/** Misses if the event with this id is not the last any more (empty: if there is one), because another server has appended. Not needed on SQLite, which has one server. */
export function requireLast(database: Database, id: string): Statement[] {
  if (database.dialect === 'sqlite') return [];
  const newest = trailTables.selectFrom('audit_events').select('id').orderBy('seq', 'desc').limit(1);
  const isLast = sql`select 1 where coalesce((${newest}), '') = ${id}`;
  return [statement(isLast.compile(trailTables), 1)];
}

export type Link = Pick<EventRow, 'seq' | 'id' | 'previous' | 'record'>;

export async function lastLink(database: Database): Promise<Link | undefined> {
  const links = trailTables
    .selectFrom('audit_events')
    .select(['seq', 'id', 'previous', 'record'])
    .orderBy('seq', 'desc');
  return (await database.read(links.limit(1).compile()))[0];
}

/** When the oldest event happened, in ms since 1970. */
export async function firstTime(database: Database): Promise<number | undefined> {
  const first = trailTables.selectFrom('audit_events').select('time').orderBy('seq').limit(1);
  return (await database.read(first.compile()))[0]?.time;
}

/** The rows after one, in their order. */
export function linksAfter(database: Database, seq: number, limit: number): Promise<Link[]> {
  const links = trailTables
    .selectFrom('audit_events')
    .select(['seq', 'id', 'previous', 'record'])
    .where('seq', '>', seq);
  return database.read(links.orderBy('seq').limit(limit).compile());
}

/** Removes the oldest rows of before `time`, at most so many; returns how many. */
export async function removeOldest(database: Database, time: number, limit: number): Promise<number> {
  const oldest = await database.read(
    trailTables.selectFrom('audit_events').select(['seq', 'time']).orderBy('seq').limit(limit).compile(),
  );
  const firstToStay = oldest.findIndex((row) => row.time >= time);
  const count = firstToStay === -1 ? oldest.length : firstToStay;
  const last = oldest[count - 1]?.seq;
  if (last === undefined) return 0;
  await database.write([
    statement(trailTables.deleteFrom('audit_events').where('seq', '<=', last).compile(), count),
    statement(trailTables.deleteFrom('audit_resources').where('seq', '<=', last).compile()),
  ]);
  return count;
}

export interface Lookup {
  readonly account: string;
  readonly region: string;
  /** Both inclusive. */
  readonly from: number;
  readonly to: number;
  readonly attribute: { readonly column: Column; readonly value: string | number } | undefined;
  /** Only rows older than this position. */
  readonly beyond: { readonly time: number; readonly seq: number } | undefined;
}

export type Column =
  | 'id'
  | 'name'
  | 'username'
  | 'source'
  | 'access_key_id'
  | 'read_only'
  | 'resource_name'
  | 'resource_type';

export function lookUp(database: Database, lookup: Lookup, limit: number): Promise<EventRow[]> {
  const { attribute, beyond } = lookup;
  let query = trailTables
    .selectFrom('audit_events')
    .selectAll()
    .where('account', '=', lookup.account)
    .where('region', '=', lookup.region)
    .where('time', '>=', lookup.from)
    .where('time', '<=', lookup.to)
    .orderBy('time', 'desc')
    .orderBy('seq', 'desc')
    .limit(limit);
  if (beyond) {
    query = query.where(({ eb, refTuple, tuple }) => eb(refTuple('time', 'seq'), '<', tuple(beyond.time, beyond.seq)));
  }
  if (attribute?.column === 'resource_name') {
    const seqs = trailTables.selectFrom('audit_resources').select('seq').where('name', '=', String(attribute.value));
    query = query.where('seq', 'in', seqs);
  } else if (attribute?.column === 'resource_type') {
    // A type is frequent: walking back in time meets enough of it soon.
    query = query.where(({ exists, selectFrom }) =>
      exists(
        selectFrom('audit_resources')
          .select('audit_resources.seq')
          .whereRef('audit_resources.seq', '=', 'audit_events.seq')
          .where('type', '=', String(attribute.value)),
      ),
    );
  } else if (attribute) query = query.where(attribute.column, '=', attribute.value);
  return database.read(query.compile());
}
