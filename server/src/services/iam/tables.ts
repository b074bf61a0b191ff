/** The tables of 0002-iam, as Kysely sees them. Only the stores beside it read or write them. */
import { queryBuilder } from '../../storage/query-builder.ts';

export type Owner = 'role' | 'user';

export interface RoleRow {
  account: string;
  name: string;
  arn: string;
  role_id: string;
  path: string;
  created_at: number;
  trust_policy: string;
  /** The CreateRole request. */
  document: string;
}

export interface UserRow {
  account: string;
  name: string;
  arn: string;
  user_id: string;
  path: string;
  created_at: number;
  /** The CreateUser request. */
  document: string;
}

export interface InlinePolicyRow {
  account: string;
  owner: Owner;
  owner_name: string;
  policy_name: string;
  policy_document: string;
}

export interface AttachedPolicyRow {
  account: string;
  owner: Owner;
  owner_name: string;
  policy_arn: string;
}

export interface AccessKeyRow {
  access_key_id: string;
  account: string;
  user_name: string;
  status: 'Active' | 'Inactive';
  created_at: number;
  sealed_secret: string;
}

export interface IamTables {
  iam_roles: RoleRow;
  iam_users: UserRow;
  iam_inline_policies: InlinePolicyRow;
  iam_attached_policies: AttachedPolicyRow;
  iam_access_keys: AccessKeyRow;
}

export const iamTables = queryBuilder<IamTables>();
