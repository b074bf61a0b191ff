/**
 * Time is a dependency and never read from a global, so that tests can set it and move timers with it. What must happen at its time even if the server
 * is restarted meanwhile needs a row: engine/schedules.ts.
 */
export interface Clock {
  now(): Date;
  /** Calls `act` once, in `ms` milliseconds. In memory only; does not keep the process alive. */
  after(ms: number, act: () => void): Timer;
}

export interface Timer {
  /** Idempotent. */
  cancel(): void;
}

/** The longest delay of setTimeout: a longer one fires at once. */
const longestDelayMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => new Date(),
  after(ms, act) {
    let timer: NodeJS.Timeout;
    const wait = (leftMs: number) => {
      const delayMs = Math.min(leftMs, longestDelayMs);
      timer = setTimeout(() => (leftMs > delayMs ? wait(leftMs - delayMs) : act()), delayMs).unref();
    };
    wait(ms);
    return { cancel: () => clearTimeout(timer) };
  },
};
