/**
 * Reconcilers make the world match the rows. They take no input: a hint (`wake`) only says that looking now pays. They are idempotent,
 * run one at a time per key, back off when the world is not ready (an exception), and look again by timer, so that a lost hint costs time only.
 */
import { backoffMs } from '../kit/backoff.ts';
import type { Clock } from '../kit/clock.ts';
import type { Log } from '../kit/log.ts';

export interface ReconcilerSpec {
  readonly name: string;
  /** The keys that are not at their end. */
  list(): Promise<readonly string[]>;
  /** One step towards the end. Answers when to look again at the latest (ms); undefined: only when woken or by the timer. */
  step(key: string, signal: AbortSignal): Promise<number | undefined>;
  /** The timer that lists all keys, in ms. */
  readonly everyMs: number;
  /** How many keys at once. */
  readonly concurrency: number;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Reconciler {
  /** A hint: this key (or any) may have something to do. Never throws, never waits. */
  wake(key?: string): void;
  /** Waits for running steps (their signal is aborted). */
  stop(): Promise<void>;
}

const firstBackoffMs = 100;
const capBackoffMs = 30_000;
/** What setTimeout can count to: beyond it fires at once. */
const longestDelayMs = 2 ** 31 - 1;

export function startReconciler(spec: ReconcilerSpec): Reconciler {
  const stopping = new AbortController();
  const running = new Map<string, Promise<void>>();
  const waiting = new Set<string>();
  /** Keys that were woken while they ran. */
  const again = new Set<string>();
  const failures = new Map<string, number>();
  const timers = new Map<string, NodeJS.Timeout>();
  const log = spec.log.with({ reconciler: spec.name });

  function later(key: string, delayMs: number): void {
    clearTimeout(timers.get(key));
    timers.set(
      key,
      setTimeout(
        () => {
          timers.delete(key);
          wake(key);
        },
        Math.min(delayMs, longestDelayMs),
      ).unref(),
    );
  }

  async function run(key: string): Promise<void> {
    try {
      const nextMs = await spec.step(key, stopping.signal);
      failures.delete(key);
      if (nextMs !== undefined && !stopping.signal.aborted) later(key, nextMs);
    } catch (error) {
      if (stopping.signal.aborted) return;
      const count = (failures.get(key) ?? 0) + 1;
      failures.set(key, count);
      const delayMs = backoffMs(count, firstBackoffMs, capBackoffMs, Math.random());
      log.warn('the world was not ready', { key, failures: count, againInMs: Math.round(delayMs), error });
      later(key, delayMs);
    }
  }

  function start(): void {
    for (const key of waiting) {
      if (running.size >= spec.concurrency || stopping.signal.aborted) return;
      waiting.delete(key);
      clearTimeout(timers.get(key));
      timers.delete(key);
      const done = run(key).then(() => {
        running.delete(key);
        if (again.delete(key)) waiting.add(key);
        start();
      });
      running.set(key, done);
    }
  }

  function wake(key?: string): void {
    if (stopping.signal.aborted) return;
    if (key === undefined) {
      void list();
      return;
    }
    if (running.has(key)) again.add(key);
    else waiting.add(key);
    start();
  }

  async function list(): Promise<void> {
    try {
      for (const key of await spec.list()) {
        // A key that waits out its backoff is not hurried by the timer.
        if (!running.has(key) && !failures.has(key)) wake(key);
      }
    } catch (error) {
      if (!stopping.signal.aborted) log.error('the keys could not be listed', { error });
    }
  }

  const timer = setInterval(() => void list(), spec.everyMs).unref();
  void list();
  return {
    wake,
    async stop() {
      stopping.abort();
      clearInterval(timer);
      for (const waitingTimer of timers.values()) clearTimeout(waitingTimer);
      await Promise.all(running.values());
    },
  };
}
