import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { movedClock } from '../../../test/harness/moved-clock.ts';
import { systemClock } from './clock.ts';

const day = 86_400_000;

describe('the system clock', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => mock.timers.reset());

  const pass = (days: number) => {
    for (let i = 0; i < days; i++) mock.timers.tick(day);
  };

  it('waits longer than setTimeout can', () => {
    let calls = 0;
    systemClock.after(60 * day, () => calls++);
    pass(59);
    assert.equal(calls, 0);
    pass(3);
    assert.equal(calls, 1);
  });

  it('does not call a cancelled timer, however long it was', () => {
    const timer = systemClock.after(60 * day, () => assert.fail('called'));
    pass(30);
    timer.cancel();
    timer.cancel();
    pass(60);
  });
});

it("the clock of a test calls a timer when the test's time reaches it", async () => {
  let time = 0;
  const clock = movedClock(() => new Date(time));
  const called = new Promise<void>((resolve) => {
    clock.after(day, resolve);
  });
  clock.after(2 * day, () => assert.fail('called too soon'));
  time = day;
  await called;
});
