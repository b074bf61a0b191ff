import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { queryBuilder } from './query-builder.ts';
import { openSqliteDatabase } from './sqlite-database.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clary-sqlite-'));
});
after(() => rm(folder, { recursive: true }));

const query = (text: string) => sql.raw<Record<string, unknown>>(text).compile(queryBuilder());
const open = (name: string) => openSqliteDatabase({ file: join(folder, name), migrations: [] });

describe('SQLite', () => {
  test('the file and its companions are for their owner only; what it promises to the disk', async () => {
    const database = await open('private');
    for (const name of ['private', 'private-wal', 'private-shm'])
      assert.equal((await stat(join(folder, name))).mode & 0o777, 0o600, name);
    const value = async (pragma: string) =>
      Object.values((await database.read(query(`pragma ${pragma}`)))[0] as object)[0];
    assert.deepEqual(
      [await value('journal_mode'), await value('synchronous'), await value('foreign_keys')],
      ['wal', 2, 1],
    );
    await database.close();
  });
});

describe('SQLite refuses', () => {
  test('a file that is no database, and leaves it as it is', async () => {
    const file = join(folder, 'other');
    await writeFile(file, 'this is a letter to a friend, longer than a hundred bytes '.repeat(3));
    const before = await readFile(file);
    await assert.rejects(openSqliteDatabase({ file, migrations: [] }), /not a database/);
    assert.deepEqual(await readFile(file), before);
  });
});
