/**
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html: pages run through users, groups, roles,
 * the account's policies and those of AWS that are in use.
 */
import type { EntityType } from '@aws-sdk/client-iam';
import type { Call } from '../../../contract/call.ts';
import { partitionOf } from '../../../contract/partition.ts';
import type { IamDeps, IamOperation } from '../deps.ts';
import { type EntityTable, listEntities } from '../entities/entity-store.ts';
import { listManagedPolicies } from '../managed-policies.ts';
import { readPageRange, toPage } from '../page.ts';
import { countPolicyUses, type PolicyUses } from '../policies/policy-store.ts';
import type { EntityTables } from '../tables.ts';
import {
  toAwsPolicyDetail,
  toGroupDetail,
  toPolicyDetail,
  toRoleDetail,
  toUserDetail,
} from './authorization-details.ts';

interface Details {
  readonly UserDetailList: Awaited<ReturnType<typeof toUserDetail>>[];
  readonly GroupDetailList: Awaited<ReturnType<typeof toGroupDetail>>[];
  readonly RoleDetailList: Awaited<ReturnType<typeof toRoleDetail>>[];
  readonly Policies: Awaited<ReturnType<typeof toPolicyDetail>>[];
}

/** One line of the list before its details are looked up: only those of the page are. */
interface Entry {
  readonly key: string;
  addTo(details: Details): Promise<unknown> | unknown;
}

async function listEntries(deps: IamDeps, call: Call, wanted: (type: EntityType) => boolean): Promise<Entry[]> {
  const uses = await countPolicyUses(deps.database, call.account);
  async function entries<T extends EntityTable>(
    type: EntityType,
    order: number,
    table: T,
    add: (row: EntityTables[T], details: Details) => Promise<unknown>,
  ): Promise<Entry[]> {
    const rows = wanted(type) ? await listEntities(deps.database, table, call.account) : [];
    return rows.map((row) => ({ key: `${order}/${row.name}`, addTo: (details) => add(row, details) }));
  }
  const inUse = (arn: string): PolicyUses | undefined => uses.get(arn);
  const aws = listManagedPolicies(partitionOf(call.region)).filter(
    ({ arn }) => wanted('AWSManagedPolicy') && inUse(arn),
  );
  const all = await Promise.all([
    entries('User', 1, 'iam_users', async (row, to) => to.UserDetailList.push(await toUserDetail(deps, row))),
    entries('Group', 2, 'iam_groups', async (row, to) => to.GroupDetailList.push(await toGroupDetail(deps, row))),
    entries('Role', 3, 'iam_roles', async (row, to) => to.RoleDetailList.push(await toRoleDetail(deps, row))),
    entries('LocalManagedPolicy', 4, 'iam_policies', async (row, to) =>
      to.Policies.push(await toPolicyDetail(deps, row, inUse(row.arn))),
    ),
    aws.map((policy) => ({
      key: `5/${policy.name}`,
      addTo: (to: Details) => to.Policies.push(toAwsPolicyDetail(policy, inUse(policy.arn))),
    })),
  ]);
  return all.flat().sort((one, other) => (one.key < other.key ? -1 : 1));
}

export const getAccountAuthorizationDetails: IamOperation<'GetAccountAuthorizationDetails'> = {
  access: () => [{ action: 'iam:GetAccountAuthorizationDetails', resource: '*' }],
  async handle(input, call, deps) {
    const range = readPageRange(input, call);
    const filter = input.Filter ?? [];
    const entries = await listEntries(deps, call, (type) => filter.length === 0 || filter.includes(type));
    const rest = entries.filter(({ key }) => key > (range.after ?? ''));
    const page = toPage(rest, range, ({ key }) => key);
    const details: Details = { UserDetailList: [], GroupDetailList: [], RoleDetailList: [], Policies: [] };
    for (const entry of page.rows) await entry.addTo(details);
    return { ...details, IsTruncated: page.IsTruncated, Marker: page.Marker };
  },
};
