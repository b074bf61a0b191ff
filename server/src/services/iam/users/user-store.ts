/** The only SQL about users. */
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import type { PageRange } from '../page.ts';
import { iamTables, type UserRow } from '../tables.ts';

export function insertUser(row: UserRow): Statement {
  return statement(iamTables.insertInto('iam_users').values(row).compile());
}

/** Fails the write where the user is gone: goes before what is added to it. */
export function requireUser(account: string, name: string): Statement {
  const query = iamTables
    .updateTable('iam_users')
    .set({ account })
    .where('account', '=', account)
    .where('name', '=', name);
  return statement(query.compile(), 1);
}

/** Misses where the user is gone or has policies or access keys. */
export function removeUser(account: string, name: string): Statement {
  const policies = (table: 'iam_inline_policies' | 'iam_attached_policies') =>
    iamTables
      .selectFrom(table)
      .select('owner_name')
      .where('account', '=', account)
      .where('owner', '=', 'user')
      .where('owner_name', '=', name);
  const keys = iamTables
    .selectFrom('iam_access_keys')
    .select('access_key_id')
    .where('account', '=', account)
    .where('user_name', '=', name);
  const query = iamTables
    .deleteFrom('iam_users')
    .where('account', '=', account)
    .where('name', '=', name)
    .where(({ not, exists }) => not(exists(policies('iam_inline_policies'))))
    .where(({ not, exists }) => not(exists(policies('iam_attached_policies'))))
    .where(({ not, exists }) => not(exists(keys)));
  return statement(query.compile(), 1);
}

export async function findUser(database: Database, account: string, name: string): Promise<UserRow | undefined> {
  const query = iamTables.selectFrom('iam_users').selectAll().where('account', '=', account).where('name', '=', name);
  return (await database.read(query.compile()))[0];
}

export async function findUserByArn(database: Database, arn: string): Promise<UserRow | undefined> {
  const query = iamTables.selectFrom('iam_users').selectAll().where('arn', '=', arn);
  return (await database.read(query.compile()))[0];
}

/** One row more than the range's limit where there are more. */
export function listUsers(
  database: Database,
  account: string,
  pathPrefix: string,
  range: PageRange,
): Promise<UserRow[]> {
  let query = iamTables
    .selectFrom('iam_users')
    .selectAll()
    .where('account', '=', account)
    .where(({ fn, eb, val }) => eb(fn('substr', ['path', val(1), val(pathPrefix.length)]), '=', pathPrefix))
    .orderBy('name')
    .limit(range.limit + 1);
  if (range.after !== undefined) query = query.where('name', '>', range.after);
  return database.read(query.compile());
}
