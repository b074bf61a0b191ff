/**
 * Asynchronous invocations: accepted when they are in the database, invoked at least once, again after an error as often and as long as the function's
 * configuration says. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
import { AwsError } from '../../../contract/aws-error.ts';
import { type Reconciler, startReconciler } from '../../../engine/reconcile.ts';
import { statement } from '../../../storage/database.ts';
import type { LambdaResources } from '../deps.ts';
import type { Pool } from '../execution/pool.ts';
import { latest, settingOf, versionOf } from '../functions/find-function.ts';
import { functionArn } from '../functions/function-name.ts';
import type { FunctionStore, StoredFunction } from '../functions/function-store.ts';
import { type EventRow, lambdaTables as sql } from '../tables.ts';

export interface EventQueue {
  /** Resolves when the invocation cannot be lost. */
  add(fn: StoredFunction, qualifier: string | undefined, requestId: string, payload: Buffer): Promise<void>;
  stop(): Promise<void>;
}

/** As it is kept. */
export interface EventInvokeConfig {
  readonly MaximumRetryAttempts?: number | undefined;
  readonly MaximumEventAgeInSeconds?: number | undefined;
  readonly LastModified: string;
}

/** A minute after the first error, two after the second; throttled ones wait from a second up to five minutes. */
const errorDelaysMs = [60_000, 120_000];
const firstThrottleMs = 1000;
const longestThrottleMs = 300_000;
const sixHoursMs = 21_600_000;
const concurrency = 10;

export interface EventQueueParts extends LambdaResources {
  readonly functions: FunctionStore;
  readonly pool: Pool;
}

export function startEventQueue(parts: EventQueueParts): EventQueue {
  const { database, background, clock, log, functions } = parts;
  const inFlight = new Set<string>();

  async function list(): Promise<string[]> {
    const rows = await database.read(sql.selectFrom('lambda_events').select('function_id').distinct().compile());
    return rows.map(({ function_id }) => function_id);
  }

  /** Starts what is due; what ends wakes the function again. */
  async function step(functionId: string, signal: AbortSignal): Promise<number | undefined> {
    const now = clock.now().getTime();
    const query = sql
      .selectFrom('lambda_events')
      .selectAll()
      .where('function_id', '=', functionId)
      .orderBy('due_at')
      .limit(concurrency * 2);
    const rows = (await database.read(query.compile())).filter(({ id }) => !inFlight.has(id));
    const due = rows.filter(({ due_at }) => due_at <= now).slice(0, concurrency);
    await Promise.all(due.map((row) => (signal.aborted ? undefined : attempt(row))));
    const next = rows.find(({ due_at }) => due_at > now);
    if (due.length > 0) return 0;
    return next && Math.max(1, next.due_at - now);
  }

  async function attempt(row: EventRow): Promise<void> {
    inFlight.add(row.id);
    try {
      const again = await outcomeOf(row);
      if (again === undefined) await database.write([remove(row)]);
      else await database.write([later(row, again)]);
    } finally {
      inFlight.delete(row.id);
    }
  }

  /** When to try again, and as which attempt; undefined: it is done, or given up. */
  async function outcomeOf(row: EventRow): Promise<Pick<EventRow, 'due_at' | 'attempts'> | undefined> {
    const now = clock.now().getTime();
    const fn = await functions.findById(row.function_id);
    if (!fn) return undefined;
    const { MaximumRetryAttempts: retries = 2, MaximumEventAgeInSeconds: age = sixHoursMs / 1000 } = configOf(
      fn,
      row.qualifier,
    );
    const { account, region, name } = fn.row;
    if (now - row.enqueued_at > age * 1000) {
      log.info('functions: an event was dropped, it is too old', { function: name, requestId: row.id });
      return undefined;
    }
    const qualifier = row.qualifier || undefined;
    const named = { account, region, name, qualifier };
    try {
      const version = versionOf({ named, fn }, Math.random());
      const { functionError } = await parts.pool.invoke({
        fn,
        version,
        arn: functionArn(named, qualifier),
        requestId: row.id,
        payload: Buffer.from(row.payload),
      });
      if (functionError === undefined || row.attempts >= retries) return undefined;
      return { attempts: row.attempts + 1, due_at: clock.now().getTime() + (errorDelaysMs[row.attempts] ?? 120_000) };
    } catch (error) {
      if (error instanceof AwsError && error.status !== undefined && error.status < 500 && error.status !== 429) {
        log.info('functions: an event was dropped', { function: name, requestId: row.id, error });
        return undefined;
      }
      const waited = now - row.enqueued_at;
      return { attempts: row.attempts, due_at: now + Math.min(longestThrottleMs, Math.max(firstThrottleMs, waited)) };
    }
  }

  const reconciler: Reconciler = startReconciler({
    name: 'function events',
    list,
    step,
    everyMs: 5000,
    concurrency: 16,
    background,
    clock,
    log,
  });

  return {
    async add(fn, qualifier, requestId, payload) {
      const now = clock.now().getTime();
      const row = {
        id: requestId,
        function_id: fn.row.id,
        qualifier: qualifier ?? '',
        payload: payload.toString('utf8'),
        attempts: 0,
        due_at: now,
        enqueued_at: now,
      };
      await database.write([statement(sql.insertInto('lambda_events').values(row).compile(), 1)]);
      reconciler.wake(fn.row.id);
    },
    stop: () => reconciler.stop(),
  };
}

const remove = ({ id }: EventRow) => statement(sql.deleteFrom('lambda_events').where('id', '=', id).compile());

const later = ({ id }: EventRow, change: Partial<EventRow>) =>
  statement(sql.updateTable('lambda_events').set(change).where('id', '=', id).compile());

function configOf(fn: StoredFunction, qualifier: string): Partial<EventInvokeConfig> {
  const row = settingOf(fn, 'event', qualifier === '' ? latest : qualifier);
  return row ? (JSON.parse(row.document) as EventInvokeConfig) : {};
}
