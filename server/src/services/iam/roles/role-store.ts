/** The only SQL about roles. */
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import type { PageRange } from '../page.ts';
import { iamTables, type RoleRow } from '../tables.ts';

export function insertRole(row: RoleRow): Statement {
  return statement(iamTables.insertInto('iam_roles').values(row).compile());
}

/** Fails the write where the role is gone: goes before what is added to it. */
export function requireRole(account: string, name: string): Statement {
  const query = iamTables
    .updateTable('iam_roles')
    .set({ account })
    .where('account', '=', account)
    .where('name', '=', name);
  return statement(query.compile(), 1);
}

/** Misses where the role is gone or has policies. */
export function removeRole(account: string, name: string): Statement {
  const policies = (table: 'iam_inline_policies' | 'iam_attached_policies') =>
    iamTables
      .selectFrom(table)
      .select('owner_name')
      .where('account', '=', account)
      .where('owner', '=', 'role')
      .where('owner_name', '=', name);
  const query = iamTables
    .deleteFrom('iam_roles')
    .where('account', '=', account)
    .where('name', '=', name)
    .where(({ not, exists }) => not(exists(policies('iam_inline_policies'))))
    .where(({ not, exists }) => not(exists(policies('iam_attached_policies'))));
  return statement(query.compile(), 1);
}

export async function findRole(database: Database, account: string, name: string): Promise<RoleRow | undefined> {
  const query = iamTables.selectFrom('iam_roles').selectAll().where('account', '=', account).where('name', '=', name);
  return (await database.read(query.compile()))[0];
}

export async function findRoleByArn(database: Database, arn: string): Promise<RoleRow | undefined> {
  const query = iamTables.selectFrom('iam_roles').selectAll().where('arn', '=', arn);
  return (await database.read(query.compile()))[0];
}

/** One row more than the range's limit where there are more. */
export function listRoles(
  database: Database,
  account: string,
  pathPrefix: string,
  range: PageRange,
): Promise<RoleRow[]> {
  let query = iamTables
    .selectFrom('iam_roles')
    .selectAll()
    .where('account', '=', account)
    .where(({ fn, eb, val }) => eb(fn('substr', ['path', val(1), val(pathPrefix.length)]), '=', pathPrefix))
    .orderBy('name')
    .limit(range.limit + 1);
  if (range.after !== undefined) query = query.where('name', '>', range.after);
  return database.read(query.compile());
}
