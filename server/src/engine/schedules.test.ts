import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { databaseKinds, type TestDatabases } from '../../../test/harness/databases.ts';
import { movedClock } from '../../../test/harness/moved-clock.ts';
import { createLog } from '../kit/log.ts';
import { Conflict, type Statement, statement } from '../storage/database.ts';
import { queryBuilder } from '../storage/query-builder.ts';
import { soleBackground } from './background.ts';
import { openSchedules, type Schedule } from './schedules.ts';

const log = createLog('silent', () => {});
const start = Date.UTC(2030, 0, 1);
const day = 86_400_000;
const at = (ms: number, key = 'a', payload: unknown = null): Schedule => ({
  key,
  dueAt: new Date(start + ms),
  payload,
});

let databases: TestDatabases;

/** Schedules under a clock of the test's. */
async function open(name: string) {
  const database = await databases.open(name);
  const time = { ms: 0 };
  const clock = movedClock(() => new Date(start + time.ms));
  const schedules = openSchedules({ database, background: soleBackground, clock, log });
  return {
    database,
    time,
    schedules,
    async stop() {
      await schedules.stop();
      await database.close();
    },
  };
}

/** What was called, and a promise of the first so many calls. */
function calls(count: number, answer: (schedule: Schedule) => readonly Statement[] = () => []) {
  const called: Schedule[] = [];
  const { promise: all, resolve } = Promise.withResolvers<void>();
  return {
    called,
    all,
    async fire(schedule: Schedule) {
      called.push(schedule);
      if (called.length >= count) resolve();
      return answer(schedule);
    },
  };
}

const query = queryBuilder<{ schedules: { service: string; key: string } }>().selectFrom('schedules').select('key');

for (const kind of databaseKinds) {
  describe(`schedules on ${kind.name}`, () => {
    before(async () => {
      databases = await kind.start();
    });
    after(() => databases[Symbol.asyncDispose]());

    it('are called at their time, in their service, with their payload, and are removed then', async () => {
      const { database, time, schedules, stop } = await open('fires');
      const mine = calls(2);
      const own = schedules.of('mine', mine.fire);
      const other = schedules.of('other', async () => assert.fail('called too soon'));
      await database.write([
        own.set(at(30 * day, 'b', { n: 2 })),
        own.set(at(day, 'a', { n: 1 })),
        other.set(at(31 * day)),
      ]);
      time.ms = day;
      while (mine.called.length < 1) await new Promise(setImmediate);
      time.ms = 30 * day;
      await mine.all;
      assert.deepEqual(mine.called, [at(day, 'a', { n: 1 }), at(30 * day, 'b', { n: 2 })]);
      while ((await database.read(query.compile())).length > 1) await new Promise(setImmediate);
      await stop();
    });

    it('are not set by a write that fails', async () => {
      const { database, schedules, stop } = await open('conflict');
      const own = schedules.of('mine', async () => assert.fail('called'));
      const impossible = statement(
        queryBuilder<{ schedules: { key: string } }>().deleteFrom('schedules').where('key', '=', 'none').compile(),
        1,
      );
      await assert.rejects(database.write([own.set(at(0)), impossible]), Conflict);
      assert.deepEqual(await database.read(query.compile()), []);
      await stop();
    });

    it('are replaced, left as they are, and removed by their key', async () => {
      const { database, time, schedules, stop } = await open('replaced');
      const mine = calls(2);
      const own = schedules.of('mine', mine.fire);
      await database.write([own.set(at(2, 'a', 'first')), own.set(at(5, 'gone')), own.set(at(3, 'kept', 'kept'))]);
      await database.write([
        own.set(at(4, 'a', 'second')),
        own.remove('gone'),
        own.ensure(at(1, 'kept', 'other'), new Date(start + day)),
      ]);
      time.ms = 10;
      await mine.all;
      const byKey = mine.called.toSorted((a, b) => a.key.localeCompare(b.key));
      assert.deepEqual(byKey, [at(4, 'a', 'second'), at(3, 'kept', 'kept')]);
      await stop();
    });

    it('are called by a clock that was ahead when they were set', async () => {
      const { database, time, schedules, stop } = await open('ahead');
      const mine = calls(1);
      const own = schedules.of('mine', mine.fire);
      await database.write([own.set(at(10_000 * day, 'a', 'kept'))]);
      await database.write([own.ensure(at(0, 'a', 'other'), new Date(start + day))]);
      time.ms = day;
      own.wake();
      await mine.all;
      assert.deepEqual(mine.called, [at(day, 'a', 'kept')]);
      await stop();
    });

    it('recur where their call sets them again, although they are due at once', async () => {
      const { database, schedules, stop } = await open('recurs');
      const mine = calls(3, ({ payload }) => (payload === 3 ? [] : [own.set(at(0, 'a', Number(payload) + 1))]));
      const own = schedules.of('mine', mine.fire);
      await database.write([own.set(at(0, 'a', 1))]);
      own.wake();
      await mine.all;
      assert.deepEqual(
        mine.called.map(({ payload }) => payload),
        [1, 2, 3],
      );
      await stop();
    });

    it('stay where they were set again while they were called', async () => {
      const { database, time, schedules, stop } = await open('set-meanwhile');
      const seen: unknown[] = [];
      const { promise: second, resolve } = Promise.withResolvers<void>();
      const own = schedules.of('mine', async ({ payload }) => {
        seen.push(payload);
        if (payload === 'second') resolve();
        else await database.write([own.set(at(2, 'a', 'second'))]);
        return [];
      });
      await database.write([own.set(at(1, 'a', 'first'))]);
      time.ms = 2;
      await second;
      assert.deepEqual(seen, ['first', 'second']);
      await stop();
    });

    it('are called again when a call fails, and delay no other', async () => {
      const { database, schedules, stop } = await open('retries');
      let failures = 0;
      const { promise: both, resolve } = Promise.withResolvers<void>();
      const good = calls(1);
      const other = schedules.of('other', good.fire);
      const own = schedules.of('mine', async () => {
        if (failures++ === 0) throw new Error('not yet');
        resolve();
        return [];
      });
      await database.write([own.set(at(0)), other.set(at(0))]);
      own.wake();
      await Promise.all([both, good.all]);
      assert.equal(failures, 2);
      await stop();
    });

    it('survive a restart: what became due meanwhile is called', async () => {
      const first = await open('restart');
      const own = first.schedules.of('mine', async () => assert.fail('called too soon'));
      await first.database.write([own.set(at(day, 'a', 'later'))]);
      await first.stop();
      const second = await open('restart');
      second.time.ms = 2 * day;
      const mine = calls(1);
      second.schedules.of('mine', mine.fire);
      await mine.all;
      assert.deepEqual(mine.called, [at(day, 'a', 'later')]);
      await second.stop();
    });

    it('survive a kill in the middle of a call: it is called again, and what it did commits once', async () => {
      await (await open('killed')).stop();
      const of = (path: string) => JSON.stringify(new URL(path, import.meta.url));
      const program = `
        const { openDatabase } = await import(${of('../open-database.ts')});
        const { openSchedules } = await import(${of('./schedules.ts')});
        const { soleBackground } = await import(${of('./background.ts')});
        const { systemClock } = await import(${of('../kit/clock.ts')});
        const log = { warn() {}, error() {}, with: () => log };
        const database = await openDatabase(JSON.parse(process.argv[1]), log);
        const own = openSchedules({ database, background: soleBackground, clock: systemClock, log }).of('mine', async ({ key }) => {
          console.log(key);
          if (key === 'b') await new Promise(() => setInterval(() => {}, 1000));
          return [own.set({ key: 'b', dueAt: new Date(), payload: null })];
        });
        await database.write([own.set({ key: 'a', dueAt: new Date(), payload: null })]);
        own.wake();
        setInterval(() => {}, 1000);`;
      const settings = JSON.stringify(await databases.settings('killed'));
      const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', program, settings], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const before: string[] = [];
      for await (const line of createInterface({ input: child.stdout })) {
        before.push(line);
        if (line === 'b') child.kill('SIGKILL');
      }
      assert.deepEqual(before, ['a', 'b']);
      const { database, time, schedules, stop } = await open('killed');
      time.ms = Date.now() + day - start;
      const mine = calls(1);
      schedules.of('mine', mine.fire);
      await mine.all;
      assert.ok(mine.called.every(({ key }) => key === 'b'));
      while ((await database.read(query.compile())).length > 0) await new Promise(setImmediate);
      await stop();
    });
  });
}
