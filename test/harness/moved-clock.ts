/** A clock whose time the test sets: its timers follow. */
import type { Clock } from '../../server/src/kit/clock.ts';

/** `now` may jump at any moment, so each timer looks at it at short intervals. */
const lookEveryMs = 5;

export function movedClock(now: () => Date): Clock {
  return {
    now,
    after(ms, act) {
      const dueAt = now().getTime() + ms;
      const timer = setInterval(() => {
        if (now().getTime() < dueAt) return;
        clearInterval(timer);
        act();
      }, lookEveryMs).unref();
      return { cancel: () => clearInterval(timer) };
    },
  };
}
