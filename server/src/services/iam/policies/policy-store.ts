/** The only SQL about what is written into and attached to roles and users. */
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import type { PageRange } from '../page.ts';
import { type AttachedPolicyRow, type InlinePolicyRow, iamTables, type Owner } from '../tables.ts';

/** Whose policies: a role or a user of an account. */
export interface OwnerKey {
  readonly account: string;
  readonly owner: Owner;
  readonly name: string;
}

export function putInlinePolicy(row: InlinePolicyRow): Statement {
  const query = iamTables
    .insertInto('iam_inline_policies')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['account', 'owner', 'owner_name', 'policy_name'])
        .doUpdateSet({ policy_document: row.policy_document }),
    );
  return statement(query.compile());
}

export function removeInlinePolicy(key: OwnerKey, policyName: string): Statement {
  const query = iamTables
    .deleteFrom('iam_inline_policies')
    .where('account', '=', key.account)
    .where('owner', '=', key.owner)
    .where('owner_name', '=', key.name)
    .where('policy_name', '=', policyName);
  return statement(query.compile(), 1);
}

const selectInline = (key: OwnerKey) =>
  iamTables
    .selectFrom('iam_inline_policies')
    .selectAll()
    .where('account', '=', key.account)
    .where('owner', '=', key.owner)
    .where('owner_name', '=', key.name)
    .orderBy('policy_name');

/** All of them, or one page with one row more where there are more. */
export function listInlinePolicies(database: Database, key: OwnerKey, range?: PageRange): Promise<InlinePolicyRow[]> {
  let query = selectInline(key);
  if (range) query = query.limit(range.limit + 1);
  if (range?.after !== undefined) query = query.where('policy_name', '>', range.after);
  return database.read(query.compile());
}

export async function findInlinePolicy(
  database: Database,
  key: OwnerKey,
  policyName: string,
): Promise<InlinePolicyRow | undefined> {
  return (await database.read(selectInline(key).where('policy_name', '=', policyName).compile()))[0];
}

/** Attaching twice is attaching once. */
export function attachPolicy(row: AttachedPolicyRow): Statement {
  const query = iamTables
    .insertInto('iam_attached_policies')
    .values(row)
    .onConflict((conflict) => conflict.doNothing());
  return statement(query.compile());
}

export function detachPolicy(key: OwnerKey, policyArn: string): Statement {
  const query = iamTables
    .deleteFrom('iam_attached_policies')
    .where('account', '=', key.account)
    .where('owner', '=', key.owner)
    .where('owner_name', '=', key.name)
    .where('policy_arn', '=', policyArn);
  return statement(query.compile(), 1);
}

export function listAttachedPolicies(
  database: Database,
  key: OwnerKey,
  range?: PageRange,
): Promise<AttachedPolicyRow[]> {
  let query = iamTables
    .selectFrom('iam_attached_policies')
    .selectAll()
    .where('account', '=', key.account)
    .where('owner', '=', key.owner)
    .where('owner_name', '=', key.name)
    .orderBy('policy_arn');
  if (range) query = query.limit(range.limit + 1);
  if (range?.after !== undefined) query = query.where('policy_arn', '>', range.after);
  return database.read(query.compile());
}

export async function countAttachments(database: Database, account: string, policyArn: string): Promise<number> {
  const query = iamTables
    .selectFrom('iam_attached_policies')
    .select(({ fn }) => fn.countAll<number>().as('attachments'))
    .where('account', '=', account)
    .where('policy_arn', '=', policyArn);
  return (await database.read(query.compile()))[0]?.attachments ?? 0;
}
