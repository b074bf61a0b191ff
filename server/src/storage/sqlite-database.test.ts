import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { Conflict, type Database, type Statement } from './database.ts';
import { queryBuilder } from './query-builder.ts';
import { openSqliteDatabase } from './sqlite-database.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clary-sqlite-'));
});
after(() => rm(folder, { recursive: true }));

const plain = (text: string, parameters: unknown[] = [], rows?: number): Statement => ({
  sql: text,
  parameters,
  ...(rows === undefined ? {} : { rows }),
});
const builder = queryBuilder<Record<string, never>>();
const query = <Row>(text: string) => sql.raw<Row>(text).compile(builder);

async function open(name: string): Promise<Database> {
  const database = await openSqliteDatabase({ file: join(folder, name) });
  await database.write([plain('create table if not exists things (name text primary key, size integer) strict')]);
  return database;
}

describe('does', () => {
  test('a read sees every write that was acknowledged before it', async () => {
    const database = await open('reads');
    await database.write([
      plain('insert into things values (?, ?)', ['a', 1]),
      plain('insert into things values (?, ?)', ['b', 2]),
    ]);
    assert.deepEqual(
      (await database.read(query<{ name: string }>('select name from things order by name'))).map((row) => row.name),
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
});

describe('refuses', () => {
  test('a write whose row count is another: nothing of it stays', async () => {
    const database = await open('rows');
    const write = database.write([
      plain('insert into things values (?, ?)', ['a', 1]),
      plain('update things set size = 2 where name = ?', ['missing'], 1),
    ]);
    await assert.rejects(write, (error) => error instanceof Conflict && error.index === 1 && error.reason === 'rows');
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

  test('wrong SQL, and goes on', async () => {
    const database = await open('wrong');
    await assert.rejects(database.read(query('select nonsense')), /no such column/);
    await assert.rejects(database.write([plain('insert into nowhere values (1)')]), /no such table/);
    await database.write([plain('insert into things values (?, ?)', ['a', 1])]);
    await database.close();
    await assert.rejects(database.read(query('select 1')), /closed/);
  });
});

describe('survives', () => {
  test('kill -9 of a writer: every acknowledged row is there', async () => {
    const writer = `
      const { openSqliteDatabase } = await import(${JSON.stringify(new URL('./sqlite-database.ts', import.meta.url))});
      const database = await openSqliteDatabase({ file: process.argv[1] });
      await database.write([{ sql: 'create table if not exists things (name text primary key, size integer) strict', parameters: [] }]);
      for (let i = 0; ; i++) {
        await database.write([{ sql: 'insert into things values (?, ?)', parameters: [String(i), i] }]);
        console.log(i);
      }`;
    const file = join(folder, 'killed');
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', writer, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let acknowledged = -1;
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged = Number(line);
      if (acknowledged === 200) child.kill('SIGKILL');
    }
    const database = await open('killed');
    const [row] = await database.read(
      query<{ greatest: number; count: number }>('select max(size) as greatest, count(*) as count from things'),
    );
    assert.ok(acknowledged >= 200);
    assert.ok((row?.greatest ?? 0) >= acknowledged);
    assert.equal(row?.count, (row?.greatest ?? 0) + 1);
    await database.close();
  });
});
