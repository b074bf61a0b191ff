import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { movedClock } from '../../../test/harness/moved-clock.ts';
import { systemClock } from './clock.ts';

const day = 86_400_000;

describe('the system clock', () => {
  it('waits longer than setTimeout can', () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    let fired = 0;
    systemClock.after(60 * day, () => fired++);
    mock.timers.tick(59 * day);
    assert.equal(fired, 0);
    mock.timers.tick(day);
    mock.timers.tick(day);
    assert.equal(fired, 1);
    mock.timers.reset();
  });

  it('does not call a cancelled timer, however long it was', () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const timer = systemClock.after(60 * day, () => assert.fail('called'));
    mock.timers.tick(30 * day);
    timer.cancel();
    timer.cancel();
    mock.timers.tick(60 * day);
    mock.timers.reset();
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
