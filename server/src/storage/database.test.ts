import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { databaseKinds, type TestDatabases } from '../../../test/harness/databases.ts';
import { Conflict, type Database, type Statement } from './database.ts';
import { queryBuilder } from './query-builder.ts';

const plain = (text: string, parameters: unknown[] = [], rows?: number): Statement => ({
  sql: text,
  parameters,
  ...(rows === undefined ? {} : { rows }),
});
const builder = queryBuilder<Record<string, never>>();
const query = <Row>(text: string) => sql.raw<Row>(text).compile(builder);

for (const kind of databaseKinds) {
  describe(kind.name, () => {
    let databases: TestDatabases;
    before(async () => {
      databases = await kind.start();
    });
    after(() => databases[Symbol.asyncDispose]());

    async function open(name: string): Promise<Database> {
      const database = await databases.open(name);
      await database.write([plain('create table if not exists things (name text primary key, size bigint)')]);
      return database;
    }

    describe('the database', () => {
      test('a read sees every write that was acknowledged before it', async () => {
        const database = await open('reads');
        await database.write([
          plain('insert into things values (?, ?)', ['a', 1]),
          plain('insert into things values (?, ?)', ['b', 2]),
        ]);
        assert.deepEqual(
          (await database.read(query<{ name: string }>('select name from things order by name'))).map(
            (row) => row.name,
          ),
          ['a', 'b'],
        );
        await database.close();
      });

      test('of many writes at once each fails or holds alone', async () => {
        const database = await open('groups');
        const results = await Promise.allSettled(
          Array.from({ length: 200 }, (_, i) =>
            database.write([plain('insert into things values (?, ?)', [`n${i % 100}`, i])]),
          ),
        );
        assert.equal(results.filter((result) => result.status === 'fulfilled').length, 100);
        const [row] = await database.read(query<{ count: number }>('select count(*) as count from things'));
        assert.equal(row?.count, 100);
        await database.close();
      });

      test('each of a group is a whole: what shares a commit with conflicts holds, and none of a conflict stays', async () => {
        const database = await open('mixed');
        await database.write([plain('insert into things values (?, ?)', ['counter', 0])]);
        const results = await Promise.allSettled(
          Array.from({ length: 300 }, (_, i) =>
            database.write([
              plain('update things set size = size + 1 where name = ?', ['counter'], 1),
              plain('insert into things values (?, ?)', [`a${i}`, i]),
              // One in three misses by its row count, one in three by a key.
              plain('update things set size = size where name = ?', [i % 3 === 0 ? 'nobody' : 'counter'], 1),
              plain('insert into things values (?, ?)', [i % 3 === 1 ? 'counter' : `b${i}`, i]),
            ]),
          ),
        );
        const reasons = results.map((result) => (result.status === 'fulfilled' ? 'held' : result.reason.reason));
        assert.deepEqual(
          reasons,
          Array.from({ length: 300 }, (_, i) => ['rows', 'unique', 'held'][i % 3]),
        );
        const rows = await database.read(query<{ name: string; size: number }>('select name, size from things'));
        assert.equal(rows.find(({ name }) => name === 'counter')?.size, 100);
        assert.equal(rows.length, 201);
        assert.ok(rows.every(({ name }) => name === 'counter' || Number(name.slice(1)) % 3 === 2));
        await database.close();
      });

      test('compare and set by many at once: one wins each round', async () => {
        const database = await open('compare');
        await database.write([plain('insert into things values (?, ?)', ['version', 0])]);
        for (let round = 0; round < 20; round++) {
          const step = plain(
            'update things set size = ? where name = ? and size = ?',
            [round + 1, 'version', round],
            1,
          );
          const results = await Promise.allSettled(Array.from({ length: 10 }, () => database.write([step])));
          assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
        }
        await database.close();
      });

      test('bytes, large integers, truth values and nothing', async () => {
        const database = await open('values');
        await database.write([
          plain(
            `create table kinds (bytes ${kind.name === 'SQLite' ? 'blob' : 'bytea'}, big bigint, truth bigint, empty text)`,
          ),
        ]);
        const bytes = new Uint8Array([0, 1, 255]);
        await database.write([plain('insert into kinds values (?, ?, ?, ?)', [bytes, 2n ** 62n, true, undefined])]);
        const [row] = await database.read(
          query<{ bytes: Uint8Array; big: string }>('select bytes, cast(big as text) as big, truth, empty from kinds'),
        );
        assert.deepEqual({ ...row }, { bytes, big: String(2n ** 62n), truth: 1, empty: null });
        await database.close();
      });

      test('more different statements than it keeps, many at once, and the first ones again', async () => {
        const database = await open('statements');
        for (let round = 0; round < 3; round++) {
          const read = async (i: number) => {
            const [row] = await database.read(query<{ value: number }>(`select ${i} as value`));
            assert.equal(row?.value, i);
          };
          const write = (i: number) =>
            database.write([plain(`insert into things values (?, ${i})`, [`${round}-${i}`], 1), plain('select 1')]);
          // Some wait for each other, so that they come in more than one message.
          for (let from = 0; from < 1500; from += 500) {
            await Promise.all(Array.from({ length: 500 }, (_, i) => read(from + i)));
            await Promise.all(Array.from({ length: 20 }, (_, i) => write(from + i)));
          }
          const burst = Array.from({ length: 700 }, (_, i) => read(i));
          setImmediate(() => burst.push(...Array.from({ length: 700 }, (_, i) => read(i + 300))));
          await new Promise(setImmediate);
          await Promise.all(burst);
        }
        const [row] = await database.read(query<{ count: number }>('select count(*) as count from things'));
        assert.equal(row?.count, 180);
        await database.close();
      });

      test('a close waits for the writes before it; a second one is no error', async () => {
        const database = await open('closing');
        const writes = Array.from({ length: 50 }, (_, i) =>
          database.write([plain('insert into things values (?, ?)', [`n${i}`, i])]),
        );
        await Promise.all([database.close(), database.close(), ...writes]);
        await database.close();
        const again = await open('closing');
        const [row] = await again.read(query<{ count: number }>('select count(*) as count from things'));
        assert.equal(row?.count, 50);
        await again.close();
      });
    });

    describe('the database refuses', () => {
      test('a write whose row count is another: nothing of it stays', async () => {
        const database = await open('rows');
        const write = database.write([
          plain('insert into things values (?, ?)', ['a', 1]),
          plain('update things set size = 2 where name = ?', ['missing'], 1),
        ]);
        await assert.rejects(
          write,
          (error) => error instanceof Conflict && error.index === 1 && error.reason === 'rows',
        );
        assert.deepEqual(await database.read(query('select * from things')), []);
        await database.close();
      });

      test('a key that is there: Conflict says unique', async () => {
        const database = await open('unique');
        await database.write([plain('insert into things values (?, ?)', ['a', 1])]);
        const again = database.write([plain('insert into things values (?, ?)', ['a', 2])]);
        await assert.rejects(again, (error) => error instanceof Conflict && error.reason === 'unique');
        await database.close();
      });

      test('a database that a newer version wrote', async () => {
        const database = await open('newer');
        await database.write([plain('insert into schema_migrations values (?, ?)', ['9999-later', 1])]);
        await database.close();
        await assert.rejects(open('newer'), /was written by a newer version \(migration 9999-later\)/);
      });

      test('wrong SQL, and continues', async () => {
        const database = await open('wrong');
        await assert.rejects(database.read(query('select nonsense')), /no such column|does not exist/);
        await assert.rejects(database.write([plain('insert into nowhere values (1)')]), /no such table|does not exist/);
        await database.write([plain('insert into things values (?, ?)', ['a', 1])]);
        await database.close();
        await assert.rejects(database.read(query('select 1')), /closed/);
      });

      test('to put SQL into a message: it is in the cause, which only the log gets', async () => {
        const database = await open('messages');
        for (const failing of [
          () => database.read(query('select nonsense from things')),
          () => database.write([plain('insert into things values (?, ?, ?)', ['a', 1, 2])]),
          () => database.write([plain('insert into things (name, sizes) values (?, ?)', ['a', 1])]),
        ]) {
          await assert.rejects(failing(), (error: Error) => {
            assert.doesNotMatch(error.message, /select|insert/);
            assert.match(String(error.cause), /things/);
            return true;
          });
        }
        await database.close();
      });
    });

    describe('the database survives', () => {
      test('many that open a new file at once: the schema is made once', async () => {
        const all = await Promise.all(Array.from({ length: 4 }, () => open('together')));
        for (const database of all) await database.read(query('select * from outbox'));
        const [row] = await (all[0] as Database).read(
          query<{ count: number; names: number }>(
            'select count(*) as count, count(distinct name) as names from schema_migrations',
          ),
        );
        assert.ok(row && row.count > 0);
        assert.equal(row.count, row.names);
        for (const database of all) await database.close();
      });

      test('kill -9 of a busy writer: every acknowledged write is there, and each is whole', async () => {
        const writer = `
      const { openDatabase } = await import(${JSON.stringify(new URL('../open-database.ts', import.meta.url))});
      const database = await openDatabase(JSON.parse(process.argv[1]));
      const insert = (name, size) => ({ sql: 'insert into things values (?, ?)', parameters: [name, size] });
      const loop = async (who) => {
        for (let i = 0; ; i++) {
          await database.write([insert('a' + who + '-' + i, i), insert('b' + who + '-' + i, i)]);
          process.stdout.write(who + '-' + i + '\\n');
        }
      };
      for (let who = 0; who < 8; who++) loop(who);`;
        await (await open('killed')).close();
        const settings = JSON.stringify(await databases.settings('killed'));
        const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', writer, settings], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        const acknowledged: string[] = [];
        for await (const line of createInterface({ input: child.stdout })) {
          // The last line may be cut by the kill.
          if (/^\d-\d+$/.test(line)) acknowledged.push(line);
          if (acknowledged.length === 1000) child.kill('SIGKILL');
        }
        assert.ok(acknowledged.length >= 1000);
        const database = await open('killed');
        const rows = await database.read(query<{ name: string }>('select name from things'));
        const names = new Set(rows.map(({ name }) => name));
        acknowledged.pop();
        assert.deepEqual(
          acknowledged.filter((name) => !names.has(`a${name}`)),
          [],
        );
        for (const name of names) assert.ok(names.has((name.startsWith('a') ? 'b' : 'a') + name.slice(1)), name);
        await database.close();
      });

      test('the database server is killed: acknowledged writes are there, and it continues', async () => {
        const database = await open('database-killed');
        const acknowledged: number[] = [];
        let killed: Promise<void> | undefined;
        for (let i = 0; i < 200; i++) {
          const write = database.write([plain('insert into things values (?, ?)', [`n${i}`, i])]);
          if (i === 100) killed = databases.killAndRestart();
          // One that was under way may have failed, and may hold all the same.
          await write.then(
            () => acknowledged.push(i),
            () => {},
          );
        }
        await killed;
        const rows = await database.read(query<{ size: number }>('select size from things'));
        const stored = new Set(rows.map(({ size }) => size));
        assert.deepEqual(
          acknowledged.filter((size) => !stored.has(size)),
          [],
        );
        assert.ok(acknowledged.length > 150);
      });
    });
  });
}
