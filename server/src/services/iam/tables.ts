/** The tables of 0002-iam and 0010-iam-depth, as Kysely sees them. Only the stores read or write them. */
import { queryBuilder } from '../../storage/query-builder.ts';

/** What policies can be attached to. */
export type Owner = 'group' | 'role' | 'user';

/** What every named thing of an account has. */
export interface EntityRow {
  account: string;
  name: string;
  arn: string;
  /** AIDA…, AGPA…, AROA…, ANPA…, AIPA…: everything that belongs to it hangs on this. */
  id: string;
  path: string;
  created_at: number;
}

export interface UserRow extends EntityRow {
  /** The ARN of the policy that is its permissions boundary. */
  boundary: string | null;
}

export type GroupRow = EntityRow;

export interface RoleRow extends EntityRow {
  boundary: string | null;
  trust_policy: string;
  description: string | null;
  max_session_seconds: number;
  last_used_at: number | null;
  last_used_region: string | null;
}

export interface PolicyRow extends EntityRow {
  updated_at: number;
  description: string | null;
  default_version: number;
  /** The highest number that was ever given: numbers are not used again. */
  last_version: number;
}

export interface InstanceProfileRow extends EntityRow {
  role_id: string | null;
}

export interface PolicyVersionRow {
  policy_id: string;
  version: number;
  policy_document: string;
  created_at: number;
}

export interface InlinePolicyRow {
  owner_id: string;
  policy_name: string;
  policy_document: string;
}

export interface AttachedPolicyRow {
  owner_id: string;
  policy_arn: string;
  account: string;
  owner: Owner;
}

export interface AccessKeyRow {
  access_key_id: string;
  account: string;
  user_id: string;
  status: 'Active' | 'Inactive';
  created_at: number;
  sealed_secret: string;
  last_used_at: number | null;
  last_used_service: string | null;
  last_used_region: string | null;
}

export interface EntityTables {
  iam_users: UserRow;
  iam_groups: GroupRow;
  iam_roles: RoleRow;
  iam_policies: PolicyRow;
  iam_instance_profiles: InstanceProfileRow;
}

export interface IamTables extends EntityTables {
  iam_inline_policies: InlinePolicyRow;
  iam_attached_policies: AttachedPolicyRow;
  iam_access_keys: AccessKeyRow;
  iam_policy_versions: PolicyVersionRow;
  iam_tags: { owner_id: string; key: string; value: string };
  iam_group_members: { group_id: string; user_id: string };
  iam_account_aliases: { account: string; alias: string };
  iam_credential_reports: { account: string; generated_at: number; content: string };
}

export const iamTables = queryBuilder<IamTables>();
