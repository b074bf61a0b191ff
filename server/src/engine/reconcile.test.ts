import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { systemClock } from '../kit/clock.ts';
import { createLog, type Log } from '../kit/log.ts';
import { soleBackground } from './background.ts';
import { type ReconcilerSpec, startReconciler } from './reconcile.ts';

const silent = createLog('silent', () => {});
beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'setInterval'] }));
afterEach(() => mock.timers.reset());

/** Everything that can go on without a timer has gone on. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

const start = (spec: Partial<ReconcilerSpec>, log: Log = silent) =>
  startReconciler({
    name: 'test',
    list: async () => [],
    step: async () => undefined,
    everyMs: 60_000,
    concurrency: 4,
    background: soleBackground,
    clock: systemClock,
    log,
    ...spec,
  });

async function pass(ms: number): Promise<void> {
  mock.timers.tick(ms);
  await settled();
}

describe('a reconciler', () => {
  test('looks at every key at its start, by its timer and when woken', async () => {
    const steps: string[] = [];
    const reconciler = start({
      list: async () => ['a', 'b'],
      step: async (key) => {
        steps.push(key);
        return undefined;
      },
    });
    await settled();
    assert.deepEqual(steps, ['a', 'b']);
    await pass(60_000);
    assert.deepEqual(steps, ['a', 'b', 'a', 'b']);
    reconciler.wake('c');
    await settled();
    assert.deepEqual(steps.slice(4), ['c']);
    reconciler.wake();
    await settled();
    assert.deepEqual(steps.slice(5), ['a', 'b']);
    await reconciler.stop();
  });

  test('runs one step at a time per key: hints during a step cause one more step', async () => {
    const open: (() => void)[] = [];
    let running = 0;
    let most = 0;
    const reconciler = start({
      step: async () => {
        most = Math.max(most, ++running);
        await new Promise<void>((resolve) => open.push(resolve));
        running -= 1;
        return undefined;
      },
    });
    for (let i = 0; i < 5; i++) reconciler.wake('a');
    await settled();
    assert.equal(open.length, 1);
    for (let i = 0; i < 5; i++) reconciler.wake('a');
    open[0]?.();
    await settled();
    assert.equal(open.length, 2);
    open[1]?.();
    await settled();
    assert.deepEqual([open.length, most, running], [2, 1, 0]);
    await reconciler.stop();
  });

  test('runs no more keys at once than its concurrency, and every key in turn', async () => {
    const open = new Map<string, () => void>();
    const reconciler = start({
      concurrency: 2,
      list: async () => ['a', 'b', 'c'],
      step: async (key) => {
        await new Promise<void>((resolve) => open.set(key, resolve));
        return undefined;
      },
    });
    await settled();
    assert.deepEqual([...open.keys()], ['a', 'b']);
    open.get('b')?.();
    await settled();
    assert.deepEqual([...open.keys()], ['a', 'b', 'c']);
    open.get('a')?.();
    open.get('c')?.();
    await reconciler.stop();
  });

  test('runs a step again after the delay that it returned, and not before', async () => {
    let steps = 0;
    const reconciler = start({ step: async () => (++steps === 1 ? 500 : 2 ** 40) });
    reconciler.wake('a');
    await settled();
    await pass(499);
    assert.equal(steps, 1);
    await pass(1);
    assert.equal(steps, 2);
    // Longer than a timer can count is long, not at once.
    await pass(1000);
    assert.equal(steps, 2);
    await reconciler.stop();
  });
});

describe('a reconciler survives', () => {
  test('a step that fails: the delay grows to half a minute and is reset by a success', async () => {
    let fails = true;
    let steps = 0;
    const waits: number[] = [];
    const log: Log = {
      ...silent,
      with: () => log,
      warn: (_, fields) => void waits.push(fields?.retryInMs as number),
    };
    const reconciler = start(
      {
        step: async () => {
          steps += 1;
          if (fails) throw new Error('not ready');
          return undefined;
        },
      },
      log,
    );
    reconciler.wake('a');
    await settled();
    for (let failures = 1; failures <= 12; failures++) {
      const full = Math.min(30_000, 100 * 2 ** (failures - 1));
      assert.equal(steps, failures);
      const wait = waits.at(-1) ?? 0;
      assert.ok(wait >= full / 2 && wait <= full, `${wait} of ${full}`);
      await pass(full / 2 - 1);
      assert.equal(steps, failures, 'it does not come sooner');
      await pass(full / 2 + 1);
    }
    fails = false;
    await pass(30_000);
    fails = true;
    reconciler.wake('a');
    await settled();
    assert.ok((waits.at(-1) ?? 0) <= 100);
    await reconciler.stop();
  });

  test('a key that fails does not block others, and the timer does not shorten its back-off', async () => {
    const steps: string[] = [];
    const reconciler = start({
      list: async () => ['bad', 'good'],
      everyMs: 1,
      step: async (key) => {
        steps.push(key);
        if (key === 'bad') throw new Error('never');
        return undefined;
      },
    });
    await settled();
    for (let i = 0; i < 40; i++) await pass(1);
    assert.equal(steps.filter((key) => key === 'bad').length, 1);
    assert.ok(steps.filter((key) => key === 'good').length > 30);
    await reconciler.stop();
  });

  test('keys that cannot be listed: the timer tries again', async () => {
    let lists = 0;
    const steps: string[] = [];
    const reconciler = start({
      list: async () => {
        if (++lists === 1) throw new Error('no database');
        return ['a'];
      },
      step: async (key) => {
        steps.push(key);
        return undefined;
      },
    });
    await settled();
    await pass(60_000);
    assert.deepEqual(steps, ['a']);
    await reconciler.stop();
  });

  test('a stop: aborts the steps, waits for them, begins no other', async () => {
    const steps: string[] = [];
    let ended = false;
    const reconciler = start({
      concurrency: 1,
      step: async (key, signal) => {
        steps.push(key);
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        await settled();
        ended = true;
        return 10;
      },
    });
    reconciler.wake('a');
    reconciler.wake('b');
    await settled();
    await reconciler.stop();
    assert.ok(ended);
    reconciler.wake('c');
    await pass(120_000);
    assert.deepEqual(steps, ['a']);
  });
});
