import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { databaseKinds, type TestDatabases } from '../../../test/harness/databases.ts';
import type { PlatformEvent } from '../contract/event.ts';
import { systemClock } from '../kit/clock.ts';
import { createLog } from '../kit/log.ts';
import type { Database } from '../storage/database.ts';
import { queryBuilder } from '../storage/query-builder.ts';
import { openOutbox } from './outbox.ts';

const log = createLog('silent', () => {});
const event = (n: number): PlatformEvent => ({
  account: '000000000000',
  region: 'us-east-1',
  source: 'aws.sagemaker',
  detailType: 'SageMaker Training Job State Change',
  resources: [],
  detail: { n },
  time: new Date(1000 + n),
});

let databases: TestDatabases;

async function open(name: string) {
  const database = await databases.open(name);
  const outbox = openOutbox({ database, clock: systemClock, log });
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

    describe('does', () => {
      test('hands on every event in the order of the commits, whole, and keeps none', async () => {
        const { database, outbox, stop } = await open('order');
        const { heard, all, listener } = hearing(500);
        const first = Promise.withResolvers<PlatformEvent>();
        outbox.subscribe('a', async (given) => {
          first.resolve(given);
          await listener(given);
        });
        for (let n = 0; n < 500; n += 2) {
          await database.write([outbox.add(event(n)), outbox.add(event(n + 1))]);
          outbox.wake();
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

      test('where nobody listens, nothing is kept', async () => {
        const { database, outbox, stop } = await open('nobody');
        await database.write([outbox.add(event(1))]);
        outbox.wake();
        await emptied(database);
        await stop();
      });

      test('an event of a write that failed was never there', async () => {
        const { database, outbox, stop } = await open('failed');
        const { heard, all, listener } = hearing(1);
        outbox.subscribe('a', listener);
        const missing = { sql: 'delete from outbox where id = ?', parameters: ['none'], rows: 1 };
        await assert.rejects(database.write([outbox.add(event(1)), missing]), { name: 'Conflict' });
        await database.write([outbox.add(event(2))]);
        outbox.wake();
        await all;
        assert.deepEqual(heard, [2]);
        await stop();
      });
    });

    describe('refuses', () => {
      test('a second subscriber of the same name', async () => {
        const { outbox, stop } = await open('twice');
        outbox.subscribe('a', async () => {});
        assert.throws(() => outbox.subscribe('a', async () => {}), /there is a subscriber "a" already/);
        await stop();
      });
    });

    describe('survives', () => {
      test('a listener that throws hears the event again, in its place; others are not held up', async () => {
        const { database, outbox, stop } = await open('throws');
        const good = hearing(3);
        const bad = hearing(3);
        const asked: number[] = [];
        outbox.subscribe('good', good.listener);
        outbox.subscribe('bad', async (given) => {
          asked.push(given.detail.n as number);
          // Fails until the other has heard everything: could it hold the other up, this would never end.
          if (good.heard.length < 3 || asked.length < 2) throw new Error('not yet');
          await bad.listener(given);
        });
        await database.write([outbox.add(event(1)), outbox.add(event(2)), outbox.add(event(3))]);
        outbox.wake();
        await Promise.all([good.all, bad.all]);
        assert.deepEqual(bad.heard, [1, 2, 3]);
        assert.deepEqual(good.heard, [1, 2, 3]);
        assert.ok(asked.length > 3);
        await emptied(database);
        await stop();
      });

      test('a restart: what a subscriber has not heard is kept until it comes back', async () => {
        const before = await open('comes-back');
        const first = hearing(1);
        before.outbox.subscribe('a', first.listener);
        await before.database.write([before.outbox.add(event(1))]);
        before.outbox.wake();
        await first.all;
        await before.stop();

        // Comes back without the subscriber, with another one: nothing that "a" has not heard goes.
        const between = await open('comes-back');
        const other = hearing(1);
        between.outbox.subscribe('b', other.listener);
        await between.database.write([between.outbox.add(event(2))]);
        between.outbox.wake();
        await other.all;
        await between.stop();

        const again = await open('comes-back');
        const second = hearing(1);
        again.outbox.subscribe('b', async () => {});
        again.outbox.subscribe('a', second.listener);
        await second.all;
        assert.deepEqual(second.heard, [2]);
        await emptied(again.database);
        await again.stop();
      });

      test('kill -9 in the middle of a listener: it hears that event again, and none is missing', async () => {
        const of = (path: string) => JSON.stringify(new URL(path, import.meta.url));
        const program = `
      const { openDatabase } = await import(${of('../open-database.ts')});
      const { openOutbox } = await import(${of('./outbox.ts')});
      const log = { warn() {}, error() {}, with: () => log };
      const database = await openDatabase(JSON.parse(process.argv[1]), log);
      const outbox = openOutbox({ database, clock: { now: () => new Date() }, log });
      outbox.subscribe('a', async ({ detail }) => {
        console.log(detail.n);
        if (detail.n === 3) await new Promise(() => setInterval(() => {}, 1000));
      });
      await database.write(JSON.parse(process.argv[2]).map((event) => outbox.add(event)));
      outbox.wake();`;
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
        outbox.subscribe('a', listener);
        await all;
        assert.deepEqual(heard, [3, 4, 5]);
        await stop();
      });
    });
  });
}
