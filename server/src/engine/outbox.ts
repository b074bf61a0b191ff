/** Events leave through here: written in the same transaction as the state they tell of, handed to listeners afterwards, at least once, in order. */
import type { PlatformEvent } from '../contract/event.ts';
import type { Clock } from '../kit/clock.ts';
import { uuid } from '../kit/ids.ts';
import type { Log } from '../kit/log.ts';
import { type Database, type Statement, statement } from '../storage/database.ts';
import { queryBuilder } from '../storage/query-builder.ts';
import { startReconciler } from './reconcile.ts';

export interface Outbox {
  /** The statement that records the event; put it into the write that changes the state. */
  add(event: PlatformEvent): Statement;
  /** Hears every event, again after a restart where it had not returned. A listener that throws is asked again, later. */
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
  outbox: { seq: number; id: string; event: string };
  outbox_positions: { subscriber: string; seq: number };
}

type Listener = (event: PlatformEvent, id: string) => Promise<void>;

const sql = queryBuilder<Tables>();
const batchSize = 200;

export function openOutbox({ database, clock, log }: OutboxOptions): Outbox {
  const listeners = new Map<string, Listener>();

  async function position(subscriber: string): Promise<number> {
    const [row] = await database.read(
      sql.selectFrom('outbox_positions').select('seq').where('subscriber', '=', subscriber).compile(),
    );
    return row?.seq ?? 0;
  }

  async function deliver(subscriber: string, listener: Listener, signal: AbortSignal): Promise<number> {
    let seq = await position(subscriber);
    for (;;) {
      const rows = await database.read(
        sql.selectFrom('outbox').selectAll().where('seq', '>', seq).orderBy('seq').limit(batchSize).compile(),
      );
      for (const row of rows) {
        if (signal.aborted) return seq;
        const event = JSON.parse(row.event) as PlatformEvent & { time: string };
        await listener({ ...event, time: new Date(event.time) }, row.id);
        seq = row.seq;
        const moved = sql
          .insertInto('outbox_positions')
          .values({ subscriber, seq })
          .onConflict((conflict) => conflict.column('subscriber').doUpdateSet({ seq }))
          .compile();
        await database.write([statement(moved)]);
      }
      if (rows.length < batchSize) return seq;
    }
  }

  /** What every listener has heard is gone; where nobody listens, everything is. */
  async function step(_: string, signal: AbortSignal): Promise<undefined> {
    const [last] = await database.read(
      sql.selectFrom('outbox').select('seq').orderBy('seq', 'desc').limit(1).compile(),
    );
    if (!last) return;
    const heard = await Promise.all([...listeners].map(([name, listener]) => deliver(name, listener, signal)));
    const through = Math.min(last.seq, ...heard);
    await database.write([statement(sql.deleteFrom('outbox').where('seq', '<=', through).compile())]);
  }

  const dispatcher = startReconciler({
    name: 'outbox',
    list: async () => ['events'],
    step,
    everyMs: 5000,
    concurrency: 1,
    clock,
    log,
  });

  return {
    add: (event) =>
      statement(
        sql
          .insertInto('outbox')
          .values({ id: uuid(), event: JSON.stringify(event) } as Tables['outbox'])
          .compile(),
        1,
      ),
    subscribe(name, listener) {
      listeners.set(name, listener);
      dispatcher.wake('events');
    },
    wake: () => dispatcher.wake('events'),
    stop: () => dispatcher.stop(),
  };
}
