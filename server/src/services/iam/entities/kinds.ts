/**
 * The named entities of an account: users, groups, roles, customer-managed policies and instance profiles have one way to be found, made,
 * renamed and taken away. Here is in what they differ.
 * Quotas: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
import { formatGlobalArn } from '../../../contract/arn.ts';
import type { Call } from '../../../contract/call.ts';
import type { IamDeps } from '../deps.ts';
import type { EntityTables } from '../tables.ts';
import type { IdPrefix } from '../unique-id.ts';
import { type EntityTable, findEntity } from './entity-store.ts';

interface Kind {
  readonly table: EntityTable;
  readonly prefix: IdPrefix;
  readonly quota: { readonly name: string; readonly limit: number };
  /** The additional permission for a creation with tags. */
  readonly tagAction: string | undefined;
  missing(name: string): string;
  taken(name: string): string;
}

export const kinds = {
  user: {
    table: 'iam_users',
    prefix: 'AIDA',
    quota: { name: 'UsersPerAccount', limit: 5000 },
    tagAction: 'iam:TagUser',
    missing: (name: string) => `The user with name ${name} cannot be found.`,
    taken: (name: string) => `User with name ${name} already exists.`,
  },
  group: {
    table: 'iam_groups',
    prefix: 'AGPA',
    quota: { name: 'GroupsPerAccount', limit: 300 },
    tagAction: undefined,
    missing: (name: string) => `The group with name ${name} cannot be found.`,
    taken: (name: string) => `Group with name ${name} already exists.`,
  },
  role: {
    table: 'iam_roles',
    prefix: 'AROA',
    quota: { name: 'RolesPerAccount', limit: 1000 },
    tagAction: 'iam:TagRole',
    missing: (name: string) => `The role with name ${name} cannot be found.`,
    taken: (name: string) => `Role with name ${name} already exists.`,
  },
  policy: {
    table: 'iam_policies',
    prefix: 'ANPA',
    quota: { name: 'PoliciesPerAccount', limit: 1500 },
    tagAction: 'iam:TagPolicy',
    missing: (arn: string) => `Policy ${arn} was not found.`,
    taken: (name: string) => `A policy called ${name} already exists. Duplicate names are not allowed.`,
  },
  'instance-profile': {
    table: 'iam_instance_profiles',
    prefix: 'AIPA',
    quota: { name: 'InstanceProfilesPerAccount', limit: 1000 },
    tagAction: 'iam:TagInstanceProfile',
    missing: (name: string) => `Instance Profile ${name} cannot be found.`,
    taken: (name: string) => `Instance Profile ${name} already exists.`,
  },
} as const satisfies Record<string, Kind>;

export type KindName = keyof typeof kinds;
export type RowOf<K extends KindName> = EntityTables[(typeof kinds)[K]['table']];

/** In the partition of the request's region. */
export function formatEntityArn(
  { account, region }: Pick<Call, 'account' | 'region'>,
  kind: KindName,
  path: string | undefined,
  name: string | undefined,
): string {
  return formatGlobalArn('iam', region, account, `${kind}${path ?? '/'}${name ?? ''}`);
}

export const noSuch = (call: Call, kind: KindName, name: string) =>
  call.error('NoSuchEntity', kinds[kind].missing(name));

export async function getEntity<K extends KindName>(deps: IamDeps, call: Call, kind: K, name: string) {
  const row = await findEntity(deps.database, kinds[kind].table, call.account, name);
  if (!row) throw noSuch(call, kind, name);
  return row as RowOf<K>;
}
