/** The only SQL about access keys. Secrets come here sealed. */
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import { type AccessKeyRow, iamTables } from '../tables.ts';

/** Misses where the user has `limit` keys already. */
export function insertAccessKey(row: AccessKeyRow, limit: number): Statement {
  const held = iamTables
    .selectFrom('iam_access_keys')
    .select(({ fn }) => fn.countAll<number>().as('keys'))
    .where('account', '=', row.account)
    .where('user_name', '=', row.user_name)
    .as('held');
  const query = iamTables
    .insertInto('iam_access_keys')
    .columns(['access_key_id', 'account', 'user_name', 'status', 'created_at', 'sealed_secret'])
    .expression(
      iamTables
        .selectFrom(held)
        .select(({ val }) => [
          val(row.access_key_id).as('access_key_id'),
          val(row.account).as('account'),
          val(row.user_name).as('user_name'),
          val(row.status).as('status'),
          val(row.created_at).as('created_at'),
          val(row.sealed_secret).as('sealed_secret'),
        ])
        .where('held.keys', '<', limit),
    );
  return statement(query.compile(), 1);
}

export async function findAccessKey(database: Database, accessKeyId: string): Promise<AccessKeyRow | undefined> {
  const query = iamTables.selectFrom('iam_access_keys').selectAll().where('access_key_id', '=', accessKeyId);
  return (await database.read(query.compile()))[0];
}

export function listAccessKeys(database: Database, account: string, userName: string): Promise<AccessKeyRow[]> {
  const query = iamTables
    .selectFrom('iam_access_keys')
    .selectAll()
    .where('account', '=', account)
    .where('user_name', '=', userName)
    .orderBy('created_at')
    .orderBy('access_key_id');
  return database.read(query.compile());
}

export function updateAccessKey(
  account: string,
  userName: string,
  accessKeyId: string,
  status: AccessKeyRow['status'],
): Statement {
  const query = iamTables
    .updateTable('iam_access_keys')
    .set({ status })
    .where('access_key_id', '=', accessKeyId)
    .where('account', '=', account)
    .where('user_name', '=', userName);
  return statement(query.compile(), 1);
}

export function removeAccessKey(account: string, userName: string, accessKeyId: string): Statement {
  const query = iamTables
    .deleteFrom('iam_access_keys')
    .where('access_key_id', '=', accessKeyId)
    .where('account', '=', account)
    .where('user_name', '=', userName);
  return statement(query.compile(), 1);
}
