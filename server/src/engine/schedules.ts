/**
 * Schedules are rows: what they announce happens at its time or later, at least once, even if the server is killed or restarted meanwhile. A schedule
 * is set in the same write as the state that it belongs to. The clock decides what is due, so that a test moves schedules with its clock.
 */
import type { Clock, Timer } from '../kit/clock.ts';
import { randomHex } from '../kit/ids.ts';
import type { Log } from '../kit/log.ts';
import { type Database, type Statement, statement } from '../storage/database.ts';
import { queryBuilder } from '../storage/query-builder.ts';
import type { Background } from './background.ts';
import { startReconciler } from './reconcile.ts';

export interface Schedule {
  readonly key: string;
  readonly dueAt: Date;
  /** JSON. */
  readonly payload: unknown;
}

/**
 * Called at the schedule's time or later; again, with back-off, if it throws, and once more after a kill before the commit. The returned statements commit
 * together with the removal of the schedule; one of them may set it again.
 */
type Fire = (schedule: Schedule, signal: AbortSignal) => Promise<readonly Statement[]>;

export interface Schedules {
  /** The schedules of a service. Those that became due while the server was down are called now. */
  of(service: string, fire: Fire): ServiceSchedules;
  stop(): Promise<void>;
}

export interface ServiceSchedules {
  /** For the write that commits the state. Replaces the schedule of the same key. */
  set(schedule: Schedule): Statement;
  /**
   * For what recurs, at each start: sets the schedule only if there is none of the same key. One that is due later than `latest` was set by a wrong clock:
   * it becomes due then.
   */
  ensure(schedule: Schedule, latest: Date): Statement;
  remove(key: string): Statement;
  /** A schedule that is due already was committed: else it is noticed within `everyMs`. */
  wake(): void;
}

interface Row {
  service: string;
  key: string;
  id: string;
  due_at: number;
  payload: string;
}

const sql = queryBuilder<{ schedules: Row }>();

/** The timer is exact; this is for a clock that jumped, and for a schedule that another server set. */
const everyMs = 5000;
/** Of one service, so that the schedules of one cannot delay those of another. */
const batchSize = 1000;

export function openSchedules(resources: {
  readonly database: Database;
  readonly background: Background;
  readonly clock: Clock;
  readonly log: Log;
}): Schedules {
  const { database, clock } = resources;
  const services = new Map<string, Fire>();
  const reconciler = startReconciler({
    name: 'schedules',
    async list() {
      const rows = (await Promise.all([...services.keys()].map((service) => earliest(service, database)))).flat();
      const now = clock.now().getTime();
      alarm.at(Math.min(...rows.map((row) => row.due_at).filter((dueAt) => dueAt > now)));
      return rows.filter((row) => row.due_at <= now).map((row) => JSON.stringify([row.service, row.key]));
    },
    async step(name, signal) {
      const [service, key] = JSON.parse(name) as [string, string];
      const fire = services.get(service);
      const row = await find(service, key, database);
      if (!fire || !row || row.due_at > clock.now().getTime()) return undefined;
      await run(row, fire, signal, database);
      // It may have been set again while it ran, for a time that has come already.
      return 0;
    },
    everyMs,
    concurrency: 8,
    background: resources.background,
    clock,
    log: resources.log,
  });
  const alarm = openAlarm(clock, () => reconciler.wake());
  return {
    of(service, fire) {
      if (services.has(service)) throw new TypeError(`the schedules of "${service}" are opened already`);
      services.set(service, fire);
      reconciler.wake();
      return serviceSchedules(service, alarm, () => reconciler.wake());
    },
    async stop() {
      alarm.stop();
      await reconciler.stop();
    },
  };
}

interface Alarm {
  /** Wakes at this time, unless it wakes earlier. */
  at(dueAt: number): void;
  stop(): void;
}

function openAlarm(clock: Clock, wake: () => void): Alarm {
  let timer: Timer | undefined;
  let wakesAt = Number.POSITIVE_INFINITY;
  return {
    at(dueAt) {
      if (dueAt >= wakesAt) return;
      timer?.cancel();
      wakesAt = dueAt;
      timer = clock.after(Math.max(0, dueAt - clock.now().getTime()), () => {
        wakesAt = Number.POSITIVE_INFINITY;
        wake();
      });
    },
    stop() {
      timer?.cancel();
      wakesAt = Number.NEGATIVE_INFINITY;
    },
  };
}

function serviceSchedules(service: string, alarm: Alarm, wake: () => void): ServiceSchedules {
  return {
    wake,
    set(schedule) {
      alarm.at(schedule.dueAt.getTime());
      return upsert(rowOf(service, schedule));
    },
    ensure(schedule, latest) {
      alarm.at(schedule.dueAt.getTime());
      const due_at = latest.getTime();
      const insert = sql.insertInto('schedules').values(rowOf(service, schedule));
      const capped = insert.onConflict((conflict) =>
        conflict.columns(['service', 'key']).doUpdateSet({ due_at }).where('schedules.due_at', '>', due_at),
      );
      return statement(capped.compile());
    },
    remove: (key) =>
      statement(sql.deleteFrom('schedules').where('service', '=', service).where('key', '=', key).compile()),
  };
}

/** The service's schedules that are due first. */
async function earliest(service: string, database: Database): Promise<Pick<Row, 'service' | 'key' | 'due_at'>[]> {
  const query = sql.selectFrom('schedules').select(['service', 'key', 'due_at']).where('service', '=', service);
  return database.read(query.orderBy('due_at').limit(batchSize).compile());
}

async function find(service: string, key: string, database: Database): Promise<Row | undefined> {
  const query = sql.selectFrom('schedules').selectAll().where('service', '=', service).where('key', '=', key);
  return (await database.read(query.compile()))[0];
}

async function run(row: Row, fire: Fire, signal: AbortSignal, database: Database): Promise<void> {
  const schedule = { key: row.key, dueAt: new Date(row.due_at), payload: JSON.parse(row.payload) };
  const statements = await fire(schedule, signal);
  // By its id: a schedule that was set again meanwhile stays.
  const remove = sql.deleteFrom('schedules').where('service', '=', row.service).where('key', '=', row.key);
  await database.write([statement(remove.where('id', '=', row.id).compile()), ...statements]);
}

const rowOf = (service: string, { key, dueAt, payload }: Schedule): Row => ({
  service,
  key,
  id: randomHex(8),
  due_at: dueAt.getTime(),
  payload: JSON.stringify(payload),
});

function upsert(row: Row): Statement {
  const { service: _, key: __, ...set } = row;
  const insert = sql.insertInto('schedules').values(row);
  return statement(insert.onConflict((conflict) => conflict.columns(['service', 'key']).doUpdateSet(set)).compile(), 1);
}
