/**
 * Events are written in the same commit as the state that they report, and delivered afterwards to each subscriber at least once, in the order of the commits.
 * A subscriber that fails is retried with back-off and delays no other; an event that it cannot take within its time becomes a dead letter.
 */
import { type Generated, sql as rawSql } from 'kysely';
import type { PlatformEvent } from '../contract/event.ts';
import type { Clock } from '../kit/clock.ts';
import { uuid } from '../kit/ids.ts';
import type { Log } from '../kit/log.ts';
import { type Database, type Statement, statement } from '../storage/database.ts';
import { prepared, queryBuilder } from '../storage/query-builder.ts';
import type { Background } from './background.ts';
import { startReconciler } from './reconcile.ts';

export interface Subscriber {
  /**
   * Its position is kept under this name. A subscriber that is given up for good needs a migration that removes its row of outbox_positions: until then
   * events wait for it.
   */
  readonly name: string;
  /** Whether the event can be for it. Must not change its mind between the write and the delivery. Left out: every event. */
  receives?(event: PlatformEvent): boolean;
  /** Throws to be called again, later. The id is the same each time: a kill between its return and the next commit delivers the event once more. */
  deliver(event: PlatformEvent, id: string): Promise<void>;
  /** From the event's time. Left out: a day. */
  readonly maxAgeMs?: number;
}

export interface Outbox {
  /** Commits the statements together with the events. An event that no subscriber receives is not written. */
  write(statements: readonly Statement[], ...events: readonly PlatformEvent[]): Promise<void>;
  subscribe(subscriber: Subscriber): void;
  stop(): Promise<void>;
}

export interface OutboxOptions {
  readonly database: Database;
  readonly background: Background;
  readonly clock: Clock;
  readonly log: Log;
}

interface Tables {
  outbox: { seq: Generated<number>; id: string; event: string };
  outbox_positions: { subscriber: string; seq: number };
  outbox_dead_letters: { subscriber: string; id: string; event: string; reason: string; dead_at: number };
}

const sql = queryBuilder<Tables>();
const insertEvent = prepared((row: { id: string; event: string }) =>
  sql.insertInto('outbox').values({ id: row.id, event: row.event }).compile(),
);
const batchSize = 200;
const day = 86_400_000;

/** Delivered events are removed this seldom: each removal is a commit of its own. */
const removeEveryMs = 1000;

const movePosition = (subscriber: string, seq: number) =>
  statement(sql.updateTable('outbox_positions').set({ seq }).where('subscriber', '=', subscriber).compile(), 1);

export function openOutbox({ database, background, clock, log }: OutboxOptions): Outbox {
  const subscribers = new Map<string, Subscriber>();
  /** The subscribers whose position is in the table, so that their undelivered events are kept. */
  const positioned = new Set<string>();
  let removedAt = Number.NEGATIVE_INFINITY;

  /** A new subscriber begins with the events that still exist. */
  async function positionOf(subscriber: string): Promise<number> {
    const find = sql.selectFrom('outbox_positions').select('seq').where('subscriber', '=', subscriber).compile();
    const [row] = await database.read(find);
    if (!row)
      await database.write([statement(sql.insertInto('outbox_positions').values({ subscriber, seq: 0 }).compile())]);
    positioned.add(subscriber);
    return row?.seq ?? 0;
  }

  /** Throws if it must be retried; returns the error that makes it a dead letter. */
  async function deliver(subscriber: Subscriber, event: PlatformEvent, id: string): Promise<Statement[]> {
    if (subscriber.receives && !subscriber.receives(event)) return [];
    try {
      await subscriber.deliver(event, id);
      return [];
    } catch (error) {
      const ageMs = clock.now().getTime() - event.time.getTime();
      if (ageMs < (subscriber.maxAgeMs ?? day)) throw error;
      log.error('outbox: event became a dead letter', { subscriber: subscriber.name, id, ageMs, error });
      const letter = { subscriber: subscriber.name, id, event: JSON.stringify(event), reason: String(error) };
      const insert = sql.insertInto('outbox_dead_letters').values({ ...letter, dead_at: clock.now().getTime() });
      return [statement(insert.onConflict((conflict) => conflict.doNothing()).compile())];
    }
  }

  async function deliverAll(subscriber: Subscriber, signal: AbortSignal): Promise<void> {
    let seq = await positionOf(subscriber.name);
    for (;;) {
      const rows = await database.read(
        sql.selectFrom('outbox').selectAll().where('seq', '>', seq).orderBy('seq').limit(batchSize).compile(),
      );
      for (const row of rows) {
        if (signal.aborted) return;
        const event = JSON.parse(row.event) as PlatformEvent & { time: string };
        const letter = await deliver(subscriber, { ...event, time: new Date(event.time) }, row.id);
        seq = row.seq;
        await database.write([...letter, movePosition(subscriber.name, seq)]);
      }
      if (rows.length < batchSize) return;
    }
  }

  /** Removes events that every subscriber has received, including subscribers that this server does not know yet. */
  async function removeDelivered(): Promise<void> {
    for (const name of subscribers.keys()) if (!positioned.has(name)) return;
    const delivered = rawSql<number>`coalesce((select min(seq) from outbox_positions), ${Number.MAX_SAFE_INTEGER})`;
    await database.write([statement(sql.deleteFrom('outbox').where('seq', '<=', delivered).compile())]);
  }

  /** Each subscriber is a key of its own: one that fails is retried later and delays no other. */
  async function step(name: string, signal: AbortSignal): Promise<number | undefined> {
    const subscriber = subscribers.get(name);
    if (subscriber) await deliverAll(subscriber, signal);
    const waitMs = removedAt + removeEveryMs - performance.now();
    if (waitMs > 0) return waitMs;
    removedAt = performance.now();
    await removeDelivered();
    return undefined;
  }

  const dispatcher = startReconciler({
    name: 'outbox',
    list: async () => [...subscribers.keys()],
    step,
    everyMs: 5000,
    concurrency: 8,
    background,
    clock,
    log,
  });

  const receivers = (event: PlatformEvent) =>
    [...subscribers.values()].filter(({ receives }) => !receives || receives(event));

  return {
    async write(statements, ...events) {
      const received = events.map((event) => ({ event, names: receivers(event).map(({ name }) => name) }));
      const rows = received.filter(({ names }) => names.length > 0);
      const inserts = rows.map(({ event }) => statement(insertEvent({ id: uuid(), event: JSON.stringify(event) }), 1));
      await database.write([...statements, ...inserts]);
      for (const name of new Set(rows.flatMap(({ names }) => names))) dispatcher.wake(name);
    },
    subscribe(subscriber) {
      if (subscribers.has(subscriber.name)) throw new TypeError(`there is a subscriber "${subscriber.name}" already`);
      subscribers.set(subscriber.name, subscriber);
      dispatcher.wake(subscriber.name);
    },
    stop: () => dispatcher.stop(),
  };
}
