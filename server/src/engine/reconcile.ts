/**
 * Reconcilers make the world match the rows. They take no input: a hint (`wake`) only says that looking now pays. They are idempotent,
 * run one at a time per key, back off when the world is not ready (an exception), and look again by timer, so that a lost hint costs time only.
 */
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
