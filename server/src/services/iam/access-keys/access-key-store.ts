/** The only SQL about access keys. Secrets are already sealed here. */
import { sql } from 'kysely';
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import { type AccessKeyRow, iamTables } from '../tables.ts';

export function insertAccessKey(row: AccessKeyRow): Statement {
  return statement(iamTables.insertInto('iam_access_keys').values(row).compile());
}

/** Fails the write if the user now has more than `limit` keys. */
export function requireAccessKeyQuota({ access_key_id: id, user_id: userId }: AccessKeyRow, limit: number): Statement {
  const query = sql`update iam_access_keys set account = account where access_key_id = ${id}
    and (select count(*) from iam_access_keys where user_id = ${userId}) <= ${limit}`;
  return statement(query.compile(iamTables), 1);
}

export async function findAccessKey(database: Database, accessKeyId: string): Promise<AccessKeyRow | undefined> {
  const query = iamTables.selectFrom('iam_access_keys').selectAll().where('access_key_id', '=', accessKeyId);
  return (await database.read(query.compile()))[0];
}

export function listAccessKeys(database: Database, userId: string): Promise<AccessKeyRow[]> {
  const query = iamTables
    .selectFrom('iam_access_keys')
    .selectAll()
    .where('user_id', '=', userId)
    .orderBy('created_at')
    .orderBy('access_key_id');
  return database.read(query.compile());
}

export function updateAccessKey(userId: string, accessKeyId: string, status: AccessKeyRow['status']): Statement {
  const query = iamTables
    .updateTable('iam_access_keys')
    .set({ status })
    .where('access_key_id', '=', accessKeyId)
    .where('user_id', '=', userId);
  return statement(query.compile(), 1);
}

export function removeAccessKey(userId: string, accessKeyId: string): Statement {
  const query = iamTables
    .deleteFrom('iam_access_keys')
    .where('access_key_id', '=', accessKeyId)
    .where('user_id', '=', userId);
  return statement(query.compile(), 1);
}

export interface Use {
  readonly at: number;
  readonly service: string;
  readonly region: string;
}

/** Any number of rows: what was used may be gone. */
export function recordKeyUse(accessKeyId: string, { at, service, region }: Use): Statement {
  const query = iamTables
    .updateTable('iam_access_keys')
    .set({ last_used_at: at, last_used_service: service, last_used_region: region })
    .where('access_key_id', '=', accessKeyId);
  return statement(query.compile());
}

export function recordRoleUse(roleId: string, { at, region }: Use): Statement {
  const query = iamTables
    .updateTable('iam_roles')
    .set({ last_used_at: at, last_used_region: region })
    .where('id', '=', roleId);
  return statement(query.compile());
}
