import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { iam } from './0002-iam.ts';
import { iamDepth } from './0010-iam-depth.ts';

const trust = '{}';

/** A database as 0002-iam left it, with what its operations wrote. */
function before(): DatabaseSync {
  const database = new DatabaseSync(':memory:');
  for (const sql of iam.statements) database.exec(typeof sql === 'string' ? sql : sql.sqlite);
  const insert = (table: string, ...values: (string | number)[]) =>
    database.prepare(`insert into ${table} values (${values.map(() => '?').join(', ')})`).run(...values);
  const role = JSON.stringify({
    RoleName: 'Worker',
    Description: 'Trains',
    MaxSessionDuration: 7200,
    PermissionsBoundary: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
    Tags: [
      { Key: 'team', Value: 'ml' },
      { Key: 'cost', Value: '' },
    ],
  });
  insert('iam_roles', '1', 'Worker', 'arn:role', 'AROA1', '/', 5, trust, role);
  insert('iam_roles', '1', 'Plain', 'arn:plain', 'AROA2', '/', 6, trust, '{"RoleName":"Plain"}');
  insert('iam_users', '1', 'ann', 'arn:ann', 'AIDA1', '/', 7, '{"UserName":"ann","Tags":[{"Key":"a","Value":"b"}]}');
  insert('iam_inline_policies', '1', 'role', 'worker', 'P', 'role text');
  insert('iam_inline_policies', '1', 'user', 'ann', 'P', 'user text');
  insert('iam_attached_policies', '1', 'user', 'ANN', 'arn:policy');
  insert('iam_access_keys', 'AKIA1', '1', 'ann', 'Active', 8, 'sealed');
  return database;
}

describe('0010-iam-depth does', () => {
  it('keep everything that was there', () => {
    using database = before();
    for (const sql of iamDepth.statements) database.exec(typeof sql === 'string' ? sql : sql.sqlite);
    const all = (sql: string) =>
      database
        .prepare(sql)
        .all()
        .map((row) => Object.values(row));
    assert.deepEqual(all('select id, name, description, max_session_seconds, boundary from iam_roles order by id'), [
      ['AROA1', 'Worker', 'Trains', 7200, 'arn:aws:iam::aws:policy/ReadOnlyAccess'],
      ['AROA2', 'Plain', null, 3600, null],
    ]);
    assert.deepEqual(all('select id, name, boundary from iam_users'), [['AIDA1', 'ann', null]]);
    assert.deepEqual(all('select owner_id, key, value from iam_tags order by owner_id, key'), [
      ['AIDA1', 'a', 'b'],
      ['AROA1', 'cost', ''],
      ['AROA1', 'team', 'ml'],
    ]);
    assert.deepEqual(all('select * from iam_inline_policies order by owner_id'), [
      ['AIDA1', 'P', 'user text'],
      ['AROA1', 'P', 'role text'],
    ]);
    assert.deepEqual(all('select * from iam_attached_policies'), [['AIDA1', 'arn:policy', '1', 'user']]);
    assert.deepEqual(all('select access_key_id, user_id, status, sealed_secret from iam_access_keys'), [
      ['AKIA1', 'AIDA1', 'Active', 'sealed'],
    ]);
  });
});
