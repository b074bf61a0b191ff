/** The only SQL about accounts themselves: their alias, their credential report, and how much of everything they hold. */
import { sql } from 'kysely';
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import { type AccessKeyRow, iamTables } from '../tables.ts';

/** An account has one alias: a new one replaces the old. Conflicts if another account has it. */
export function putAlias(account: string, alias: string): Statement {
  const query = iamTables
    .insertInto('iam_account_aliases')
    .values({ account, alias })
    .onConflict((conflict) => conflict.column('account').doUpdateSet({ alias }));
  return statement(query.compile());
}

export function removeAlias(account: string, alias: string): Statement {
  const query = iamTables.deleteFrom('iam_account_aliases').where('account', '=', account).where('alias', '=', alias);
  return statement(query.compile(), 1);
}

export async function findAlias(database: Database, account: string): Promise<string | undefined> {
  const query = iamTables.selectFrom('iam_account_aliases').select('alias').where('account', '=', account);
  return (await database.read(query.compile()))[0]?.alias;
}

export interface ReportRow {
  readonly account: string;
  readonly generated_at: number;
  readonly content: string;
}

export function putReport(row: ReportRow): Statement {
  const { generated_at, content } = row;
  const query = iamTables
    .insertInto('iam_credential_reports')
    .values(row)
    .onConflict((conflict) => conflict.column('account').doUpdateSet({ generated_at, content }));
  return statement(query.compile());
}

export async function findReport(database: Database, account: string): Promise<ReportRow | undefined> {
  const query = iamTables.selectFrom('iam_credential_reports').selectAll().where('account', '=', account);
  return (await database.read(query.compile()))[0];
}

/** Every access key of an account, the older of a user first. */
export function listAccountKeys(database: Database, account: string): Promise<AccessKeyRow[]> {
  const query = iamTables
    .selectFrom('iam_access_keys')
    .selectAll()
    .where('account', '=', account)
    .orderBy('user_id')
    .orderBy('created_at')
    .orderBy('access_key_id');
  return database.read(query.compile());
}

export async function countVersions(database: Database, account: string): Promise<number> {
  const query = sql<{ count: number }>`select count(*) as count from iam_policy_versions
    where policy_id in (select id from iam_policies where account = ${account})`;
  return (await database.read(query.compile(iamTables)))[0]?.count ?? 0;
}
