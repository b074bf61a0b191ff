/** The only SQL about what is written into and attached to users, groups and roles. */
import { sql } from 'kysely';
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import type { PageRange } from '../page.ts';
import { type AttachedPolicyRow, type InlinePolicyRow, iamTables } from '../tables.ts';

export function putInlinePolicy(row: InlinePolicyRow): Statement {
  const query = iamTables
    .insertInto('iam_inline_policies')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['owner_id', 'policy_name']).doUpdateSet({ policy_document: row.policy_document }),
    );
  return statement(query.compile());
}

/**
 * Fails the write if the owner's inline policies now have more than `limit` characters together. White space does not count:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export function requireInlineQuota(
  { owner_id: ownerId, policy_name: name }: InlinePolicyRow,
  limit: number,
): Statement {
  const dense = [' ', '\n', '\r', '\t'].reduce(
    (text, space) => sql`replace(${text}, ${space}, '')`,
    sql`policy_document`,
  );
  const size = sql`(select sum(length(${dense})) from iam_inline_policies where owner_id = ${ownerId})`;
  const query = sql`update iam_inline_policies set policy_document = policy_document
    where owner_id = ${ownerId} and policy_name = ${name} and ${size} <= ${limit}`;
  return statement(query.compile(iamTables), 1);
}

export function removeInlinePolicy(ownerId: string, policyName: string): Statement {
  const query = iamTables
    .deleteFrom('iam_inline_policies')
    .where('owner_id', '=', ownerId)
    .where('policy_name', '=', policyName);
  return statement(query.compile(), 1);
}

const selectInline = (ownerId: string) =>
  iamTables.selectFrom('iam_inline_policies').selectAll().where('owner_id', '=', ownerId).orderBy('policy_name');

/** All of them, or one page with one row more where there are more. */
export function listInlinePolicies(database: Database, ownerId: string, range?: PageRange): Promise<InlinePolicyRow[]> {
  let query = selectInline(ownerId);
  if (range) query = query.limit(range.limit + 1);
  if (range?.after !== undefined) query = query.where('policy_name', '>', range.after);
  return database.read(query.compile());
}

export async function findInlinePolicy(
  database: Database,
  ownerId: string,
  policyName: string,
): Promise<InlinePolicyRow | undefined> {
  return (await database.read(selectInline(ownerId).where('policy_name', '=', policyName).compile()))[0];
}

/** Attaching twice is attaching once. */
export function attachPolicy(row: AttachedPolicyRow): Statement {
  const query = iamTables
    .insertInto('iam_attached_policies')
    .values(row)
    .onConflict((conflict) => conflict.doNothing());
  return statement(query.compile());
}

/** Fails the write if the owner now has more than `limit`. */
export function requireAttachmentQuota({ owner_id: ownerId, policy_arn: arn }: AttachedPolicyRow, limit: number) {
  const query = sql`update iam_attached_policies set account = account where owner_id = ${ownerId} and policy_arn = ${arn}
    and (select count(*) from iam_attached_policies where owner_id = ${ownerId}) <= ${limit}`;
  return statement(query.compile(iamTables), 1);
}

export function detachPolicy(ownerId: string, policyArn: string): Statement {
  const query = iamTables
    .deleteFrom('iam_attached_policies')
    .where('owner_id', '=', ownerId)
    .where('policy_arn', '=', policyArn);
  return statement(query.compile(), 1);
}

/** Their ARNs. */
export async function listAttachedPolicies(database: Database, ownerId: string): Promise<string[]> {
  const query = iamTables.selectFrom('iam_attached_policies').select('policy_arn').where('owner_id', '=', ownerId);
  return (await database.read(query.compile())).map((row) => row.policy_arn);
}

/** How often a policy is attached and is a boundary. */
export interface PolicyUses {
  readonly arn: string;
  readonly attachments: number;
  readonly boundaries: number;
}

/** How often each policy of an account is attached and is a boundary. */
export async function countPolicyUses(database: Database, account: string, policyArn?: string) {
  const only = (column: string) => (policyArn === undefined ? sql`` : sql` and ${sql.ref(column)} = ${policyArn}`);
  const query = sql<PolicyUses>`
    select arn, sum(attached) as attachments, sum(1 - attached) as boundaries from (
      select policy_arn as arn, 1 as attached from iam_attached_policies where account = ${account}${only('policy_arn')}
      union all select boundary, 0 from iam_users where account = ${account} and boundary is not null${only('boundary')}
      union all select boundary, 0 from iam_roles where account = ${account} and boundary is not null${only('boundary')}
    ) as uses group by arn`;
  const rows = await database.read(query.compile(iamTables));
  return new Map(rows.map((row) => [row.arn, row]));
}

/** Written into the owner itself, or into a group of a user. */
export interface InlineGrant {
  readonly owner_kind: 'user' | 'group' | 'role';
  readonly owner_name: string;
  readonly policy_name: string;
  readonly policy_document: string;
}

/** Every document that grants something to an owner: its own, and for a user those of its groups. */
interface Grants {
  readonly inline: readonly InlineGrant[];
  /** `policy_document` is missing for policies of AWS. */
  readonly attached: readonly { readonly policy_arn: string; readonly policy_document: string | null }[];
}

export async function listGrants(database: Database, ownerId: string): Promise<Grants> {
  const owners = sql`(select ${ownerId} union all select group_id from iam_group_members where user_id = ${ownerId})`;
  const inline = sql<InlineGrant>`
    select policy_document, policy_name, owner.kind as owner_kind, owner.name as owner_name from iam_inline_policies
    join (select id, name, 'user' as kind from iam_users union all select id, name, 'group' from iam_groups
      union all select id, name, 'role' from iam_roles) as owner on owner.id = owner_id
    where owner_id in ${owners}`;
  const attached = sql<{ policy_arn: string; policy_document: string | null }>`
    select attached.policy_arn, version.policy_document from iam_attached_policies as attached
    left join iam_policies as policy on policy.arn = attached.policy_arn
    left join iam_policy_versions as version on version.policy_id = policy.id and version.version = policy.default_version
    where attached.owner_id in ${owners}`;
  const [inlineRows, attachedRows] = await Promise.all([
    database.read(inline.compile(iamTables)),
    database.read(attached.compile(iamTables)),
  ]);
  return { inline: inlineRows, attached: attachedRows };
}

export interface PolicyEntity {
  readonly kind: 'group' | 'role' | 'user';
  readonly name: string;
  readonly id: string;
}

/** Users, groups and roles that have the policy attached or as their boundary, by kind and name. */
export async function listPolicyEntities(
  database: Database,
  account: string,
  policyArn: string,
  { attached, bounded, pathPrefix }: { attached: boolean; bounded: boolean; pathPrefix: string },
): Promise<PolicyEntity[]> {
  const has = sql`exists (select 1 from iam_attached_policies where owner_id = id and policy_arn = ${policyArn})`;
  const bound = bounded ? sql`boundary = ${policyArn}` : sql`false`;
  const holds = attached ? has : sql`false`;
  const from = (kind: string, table: string, condition = sql`(${holds} or ${bound})`) => sql`
    select ${kind} as kind, name, id from ${sql.table(table)} where account = ${account} and ${condition}
    and substr(path, 1, ${pathPrefix.length}) = ${pathPrefix}`;
  const query = sql<PolicyEntity>`${from('group', 'iam_groups', holds)}
    union all ${from('role', 'iam_roles')} union all ${from('user', 'iam_users')}`;
  const rows = await database.read(query.compile(iamTables));
  const key = (row: PolicyEntity) => `${row.kind}/${row.name}`;
  return rows.sort((one, other) => (key(one) < key(other) ? -1 : 1));
}
