import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { databaseKinds, type TestDatabases } from '../../../test/harness/databases.ts';
import { movedClock } from '../../../test/harness/moved-clock.ts';
import type { PlatformEvent } from '../contract/event.ts';
import { systemClock } from '../kit/clock.ts';
import { createLog } from '../kit/log.ts';
import type { Database } from '../storage/database.ts';
import { queryBuilder } from '../storage/query-builder.ts';
import { soleBackground } from './background.ts';
import { openOutbox } from './outbox.ts';

const log = createLog('silent', () => {});
const born = Date.now();
const event = (n: number): PlatformEvent => ({
  account: '000000000000',
  region: 'us-east-1',
  source: 'aws.sagemaker',
  detailType: 'SageMaker Training Job State Change',
  resources: [],
  detail: { n },
  time: new Date(born + n),
});

let databases: TestDatabases;

async function open(name: string) {
  const database = await databases.open(name);
  const outbox = openOutbox({ database, background: soleBackground, clock: systemClock, log });
  return { database, outbox, stop: () => outbox.stop().then(() => database.close()) };
}

const rest = async (database: Database) => {
  const query = sql.raw<{ n: number }>(`select json_extract(event, '$.detail.n') + 0.0 as n from outbox order by seq`);
  return (await database.read(query.compile(queryBuilder()))).map(({ n }) => n);
};

/** A listener, and a promise that it has heard so many. */
function hearing(count: number) {
  const heard: number[] = [];
  const { promise: all, resolve } = Promise.withResolvers<void>();
  const listener = async ({ detail }: PlatformEvent) => {
    heard.push(detail.n as number);
    if (heard.length === count) resolve();
  };
  return { heard, all, listener };
}

async function emptied(database: Database): Promise<void> {
  while ((await rest(database)).length > 0) await new Promise((resolve) => setImmediate(resolve));
}

for (const kind of databaseKinds) {
  describe(kind.name, () => {
    before(async () => {
      databases = await kind.start();
    });
    after(() => databases[Symbol.asyncDispose]());

    describe('the outbox', () => {
      test('delivers every event once, complete, in the order of the commits', async () => {
        const { database, outbox, stop } = await open('order');
        const { heard, all, listener } = hearing(500);
        const first = Promise.withResolvers<PlatformEvent>();
        outbox.subscribe({
          name: 'a',
          async deliver(given) {
            first.resolve(given);
            await listener(given);
          },
        });
        for (let n = 0; n < 500; n += 2) {
          await outbox.write([], event(n), event(n + 1));
        }
        await all;
        assert.deepEqual(
          heard,
          Array.from({ length: 500 }, (_, n) => n),
        );
        assert.deepEqual(await first.promise, event(0));
        await emptied(database);
        await stop();
      });

      test('writes no row for an event that no subscriber receives', async () => {
        const { database, outbox, stop } = await open('unreceived');
        await outbox.write([], event(1));
        assert.deepEqual(await rest(database), []);
        // The row stays until the subscriber's first delivery ends.
        const held = Promise.withResolvers<void>();
        outbox.subscribe({ name: 'even', receives: ({ detail }) => detail.n === 4, deliver: () => held.promise });
        await outbox.write([], event(3), event(4));
        assert.deepEqual(await rest(database), [4]);
        held.resolve();
        await emptied(database);
        await stop();
      });

      test('gives a subscriber only what it receives, in order', async () => {
        const { outbox, stop } = await open('chosen');
        const all = hearing(4);
        const even = hearing(2);
        outbox.subscribe({ name: 'all', deliver: all.listener });
        outbox.subscribe({
          name: 'even',
          receives: ({ detail }) => Number(detail.n) % 2 === 0,
          deliver: even.listener,
        });
        await outbox.write([], event(1), event(2), event(3), event(4));
        await Promise.all([all.all, even.all]);
        assert.deepEqual(even.heard, [2, 4]);
        await stop();
      });

      test('an event of a write that failed was never there', async () => {
        const { outbox, stop } = await open('failed');
        const { heard, all, listener } = hearing(1);
        outbox.subscribe({ name: 'a', deliver: listener });
        const missing = { sql: 'delete from outbox where id = ?', parameters: ['none'], rows: 1 };
        await assert.rejects(outbox.write([missing], event(1)), { name: 'Conflict' });
        await outbox.write([], event(2));
        await all;
        assert.deepEqual(heard, [2]);
        await stop();
      });
    });

    describe('the outbox refuses', () => {
      test('a second subscriber of the same name', async () => {
        const { outbox, stop } = await open('twice');
        outbox.subscribe({ name: 'a', deliver: async () => {} });
        assert.throws(
          () => outbox.subscribe({ name: 'a', deliver: async () => {} }),
          /there is a subscriber "a" already/,
        );
        await stop();
      });
    });

    describe('the outbox survives', () => {
      test('a listener that throws receives the event again, in order; other subscribers are not delayed', async () => {
        const { database, outbox, stop } = await open('throws');
        const good = hearing(3);
        const bad = hearing(3);
        const asked: number[] = [];
        outbox.subscribe({ name: 'good', deliver: good.listener });
        outbox.subscribe({
          name: 'bad',
          async deliver(given) {
            asked.push(given.detail.n as number);
            // Fails until the other has received everything: if it could delay the other, this would never end.
            if (good.heard.length < 3 || asked.length < 2) throw new Error('not yet');
            await bad.listener(given);
          },
        });
        await outbox.write([], event(1), event(2), event(3));
        await Promise.all([good.all, bad.all]);
        assert.deepEqual(bad.heard, [1, 2, 3]);
        assert.deepEqual(good.heard, [1, 2, 3]);
        assert.ok(asked.length > 3);
        await emptied(database);
        await stop();
      });

      test('an event that cannot be delivered within its time becomes a dead letter, and the next ones are delivered', async () => {
        let now = born;
        const database = await databases.open('dead');
        const outbox = openOutbox({
          database,
          background: soleBackground,
          clock: movedClock(() => new Date(now)),
          log,
        });
        const next = hearing(1);
        outbox.subscribe({
          name: 'a',
          maxAgeMs: 60_000,
          async deliver(given) {
            if (given.detail.n === 2) return next.listener(given);
            // The first attempt is in time, the second is too late.
            now += 59_000;
            throw new Error('the target refuses');
          },
        });
        await outbox.write([], event(1), event(2));
        await next.all;
        const letters = sql.raw<{ subscriber: string; reason: string; n: number }>(
          `select subscriber, reason, json_extract(event, '$.detail.n') + 0.0 as n from outbox_dead_letters`,
        );
        const found = await database.read(letters.compile(queryBuilder()));
        assert.deepEqual(
          found.map((row) => ({ ...row })),
          [{ subscriber: 'a', reason: 'Error: the target refuses', n: 1 }],
        );
        await outbox.stop();
        await database.close();
      });

      test('a restart: events that a subscriber has not received are kept until it returns', async () => {
        const before = await open('comes-back');
        const first = hearing(1);
        before.outbox.subscribe({ name: 'a', deliver: first.listener });
        await before.outbox.write([], event(1));
        await first.all;
        await before.stop();

        // Comes back without the subscriber, with another one: nothing that "a" has not heard goes.
        const between = await open('comes-back');
        const other = hearing(1);
        between.outbox.subscribe({ name: 'b', deliver: other.listener });
        await between.outbox.write([], event(2));
        await other.all;
        await between.stop();

        const again = await open('comes-back');
        const second = hearing(1);
        again.outbox.subscribe({ name: 'b', deliver: async () => {} });
        again.outbox.subscribe({ name: 'a', deliver: second.listener });
        await second.all;
        assert.deepEqual(second.heard, [2]);
        await emptied(again.database);
        await again.stop();
      });

      test('kill -9 in the middle of a listener: it receives that event again, and none is missing', async () => {
        const of = (path: string) => JSON.stringify(new URL(path, import.meta.url));
        const program = `
      const { openDatabase } = await import(${of('../open-database.ts')});
      const { openOutbox } = await import(${of('./outbox.ts')});
      const { soleBackground } = await import(${of('./background.ts')});
      const log = { warn() {}, error() {}, with: () => log };
      const database = await openDatabase(JSON.parse(process.argv[1]), log);
      const outbox = openOutbox({ database, background: soleBackground, clock: { now: () => new Date() }, log });
      outbox.subscribe({ name: 'a', deliver: async ({ detail }) => {
        console.log(detail.n);
        if (detail.n === 3) await new Promise(() => setInterval(() => {}, 1000));
      } });
      await outbox.write([], ...JSON.parse(process.argv[2]).map((event) => ({ ...event, time: new Date(event.time) })));`;
        await (await open('killed')).stop();
        const settings = JSON.stringify(await databases.settings('killed'));
        const events = JSON.stringify([1, 2, 3, 4, 5].map(event));
        const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', program, settings, events], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        const heardBefore: number[] = [];
        for await (const line of createInterface({ input: child.stdout })) {
          heardBefore.push(Number(line));
          if (line === '3') child.kill('SIGKILL');
        }
        assert.deepEqual(heardBefore, [1, 2, 3]);
        const { outbox, stop } = await open('killed');
        const { heard, all, listener } = hearing(3);
        outbox.subscribe({ name: 'a', deliver: listener });
        await all;
        assert.deepEqual(heard, [3, 4, 5]);
        await stop();
      });
    });
  });
}
