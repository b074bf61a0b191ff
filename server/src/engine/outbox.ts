/** Events leave through here: written in the same transaction as the state they tell of, handed to listeners afterwards, at least once, in order. */
import { type Generated, sql as rawSql } from 'kysely';
import type { PlatformEvent } from '../contract/event.ts';
import type { Clock } from '../kit/clock.ts';
import { uuid } from '../kit/ids.ts';
import type { Log } from '../kit/log.ts';
import { type Database, type Statement, statement } from '../storage/database.ts';
import { prepared, queryBuilder } from '../storage/query-builder.ts';
import { startReconciler } from './reconcile.ts';

export interface Outbox {
  /** The statement that records the event; put it into the write that changes the state. */
  add(event: PlatformEvent): Statement;
  /**
   * Hears every event, again after a restart where it had not returned. A listener that throws is asked again, later.
   * A subscriber that is given up for good needs a migration that removes its row of outbox_positions: until then events wait for it.
   */
  subscribe(name: string, listener: (event: PlatformEvent, id: string) => Promise<void>): void;
  /** Tells the outbox that a write with events committed. */
  wake(): void;
  stop(): Promise<void>;
}

export interface OutboxOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
}

interface Tables {
  outbox: { seq: Generated<number>; id: string; event: string };
  outbox_positions: { subscriber: string; seq: number };
}

type Listener = (event: PlatformEvent, id: string) => Promise<void>;

const sql = queryBuilder<Tables>();
const insertEvent = prepared((row: { id: string; event: string }) =>
  sql.insertInto('outbox').values({ id: row.id, event: row.event }).compile(),
);
const batchSize = 200;

/** Events are removed this seldom: each removal is a commit of its own. */
const removeEveryMs = 1000;

/** The dispatcher's key for removing what nobody hears; subscribers have names. */
const nobody = '';

export function openOutbox({ database, clock, log }: OutboxOptions): Outbox {
  const listeners = new Map<string, Listener>();
  /** Those whose position is in the table, where it keeps back what they have not heard. */
  const known = new Set<string>();
  let removedAt = Number.NEGATIVE_INFINITY;

  /** Where the subscriber stands. A new one begins with what is still there. */
  async function position(subscriber: string): Promise<number> {
    const find = sql.selectFrom('outbox_positions').select('seq').where('subscriber', '=', subscriber).compile();
    const [row] = await database.read(find);
    if (!row)
      await database.write([statement(sql.insertInto('outbox_positions').values({ subscriber, seq: 0 }).compile())]);
    known.add(subscriber);
    return row?.seq ?? 0;
  }

  async function deliver(subscriber: string, listener: Listener, signal: AbortSignal): Promise<void> {
    let seq = await position(subscriber);
    for (;;) {
      const rows = await database.read(
        sql.selectFrom('outbox').selectAll().where('seq', '>', seq).orderBy('seq').limit(batchSize).compile(),
      );
      for (const row of rows) {
        if (signal.aborted) return;
        const event = JSON.parse(row.event) as PlatformEvent & { time: string };
        await listener({ ...event, time: new Date(event.time) }, row.id);
        seq = row.seq;
        const moved = sql.updateTable('outbox_positions').set({ seq }).where('subscriber', '=', subscriber).compile();
        await database.write([statement(moved, 1)]);
      }
      if (rows.length < batchSize) return;
    }
  }

  /** What every subscriber has heard is gone, also those that this server has not met yet; where there is none, everything is. */
  async function removeHeard(): Promise<void> {
    for (const name of listeners.keys()) if (!known.has(name)) return;
    const heard = rawSql<number>`coalesce((select min(seq) from outbox_positions), ${Number.MAX_SAFE_INTEGER})`;
    await database.write([statement(sql.deleteFrom('outbox').where('seq', '<=', heard).compile())]);
  }

  /** Each subscriber is a key of its own: one that fails is asked again, later, and holds nobody else up. */
  async function step(subscriber: string, signal: AbortSignal): Promise<number | undefined> {
    const listener = listeners.get(subscriber);
    if (listener) await deliver(subscriber, listener, signal);
    const wait = removedAt + removeEveryMs - performance.now();
    if (wait > 0) return wait;
    removedAt = performance.now();
    await removeHeard();
    return undefined;
  }

  const dispatcher = startReconciler({
    name: 'outbox',
    // Not `nobody`: at a start, subscribers of the time before have not come back yet.
    list: async () => [...listeners.keys()],
    step,
    everyMs: 5000,
    concurrency: 8,
    clock,
    log,
  });

  return {
    add: (event) => statement(insertEvent({ id: uuid(), event: JSON.stringify(event) }), 1),
    subscribe(name, listener) {
      if (name === nobody || listeners.has(name)) throw new TypeError(`there is a subscriber "${name}" already`);
      listeners.set(name, listener);
      dispatcher.wake(name);
    },
    wake() {
      for (const name of listeners.size > 0 ? listeners.keys() : [nobody]) dispatcher.wake(name);
    },
    stop: () => dispatcher.stop(),
  };
}
