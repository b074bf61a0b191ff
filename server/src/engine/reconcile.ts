/**
 * Reconcilers make the actual state match the rows. `wake` is only a hint that a key may have work. Steps are idempotent and run one at a time per key.
 * A step that throws is retried with back-off. A timer lists all keys again, so that a lost hint only costs time.
 */
import { backoffMs } from '../kit/backoff.ts';
import type { Clock } from '../kit/clock.ts';
import type { Log } from '../kit/log.ts';
import { fenced } from '../storage/fenced.ts';
import type { Background } from './background.ts';

export interface ReconcilerSpec {
  readonly name: string;
  /** The keys that still have work. */
  list(): Promise<readonly string[]>;
  /** One step of the work. Returns after how many ms to run again at the latest; undefined: when woken or by the timer. */
  step(key: string, signal: AbortSignal): Promise<number | undefined>;
  /** How often all keys are listed, in ms. */
  readonly everyMs: number;
  /** How many keys run at once. */
  readonly concurrency: number;
  /** On a server that does not do the background work, the reconciler only passes hints on. */
  readonly background: Background;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Reconciler {
  /** A hint: this key (or any key) may have work. Never throws, never waits. */
  wake(key?: string): void;
  /** Waits for running steps (their signal is aborted). */
  stop(): Promise<void>;
}

const firstBackoffMs = 100;
const capBackoffMs = 30_000;
/** The longest delay of setTimeout: a longer one fires at once. */
const longestDelayMs = 2 ** 31 - 1;

export function startReconciler(spec: ReconcilerSpec): Reconciler {
  const { background, name } = spec;
  if (!background.isActive) {
    return { wake: (key) => background.forward(name, key), stop: async () => {} };
  }
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
      const nextMs = await fenced(() => spec.step(key, stopping.signal));
      failures.delete(key);
      if (nextMs !== undefined && !stopping.signal.aborted) later(key, nextMs);
    } catch (error) {
      if (stopping.signal.aborted) return;
      const count = (failures.get(key) ?? 0) + 1;
      failures.set(key, count);
      const delayMs = backoffMs(count, firstBackoffMs, capBackoffMs, Math.random());
      log.warn('reconcile failed, will retry', { key, failures: count, retryInMs: Math.round(delayMs), error });
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
      for (const key of await fenced(() => spec.list())) {
        // The timer does not shorten the back-off of a key.
        if (!running.has(key) && !failures.has(key)) wake(key);
      }
    } catch (error) {
      if (!stopping.signal.aborted) log.error('reconcile: keys could not be listed', { error });
    }
  }

  const timer = setInterval(() => void list(), spec.everyMs).unref();
  void list();
  const end = () => {
    stopping.abort();
    clearInterval(timer);
    for (const waitingTimer of timers.values()) clearTimeout(waitingTimer);
  };
  background.lost.addEventListener('abort', end);
  background.onForwarded(name, wake);
  return {
    wake,
    async stop() {
      background.lost.removeEventListener('abort', end);
      end();
      await Promise.all(running.values());
    },
  };
}
