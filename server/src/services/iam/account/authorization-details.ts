/** One user, group, role or policy with everything about its permissions: the parts of GetAccountAuthorizationDetails. */
import type { GroupDetail, ManagedPolicyDetail, RoleDetail, UserDetail } from '@aws-sdk/client-iam';
import type { IamDeps } from '../deps.ts';
import { toGroup } from '../groups/group.ts';
import { listGroupsOf } from '../groups/member-store.ts';
import { toInstanceProfile } from '../instance-profiles/instance-profile.ts';
import { listProfilesOf } from '../instance-profiles/profile-store.ts';
import type { ManagedPolicy } from '../managed-policies.ts';
import { toAttached } from '../policies/attachment.ts';
import { toPolicy } from '../policies/managed-policy.ts';
import { listAttachedPolicies, listInlinePolicies, type PolicyUses } from '../policies/policy-store.ts';
import { encodePolicyText } from '../policies/policy-text.ts';
import { toAwsVersion, toVersion } from '../policies/policy-version.ts';
import { listVersions } from '../policies/version-store.ts';
import { toWholeRole } from '../roles/role.ts';
import type { GroupRow, PolicyRow, RoleRow, UserRow } from '../tables.ts';
import { toWholeUser } from '../users/user.ts';

async function inlineOf(deps: IamDeps, ownerId: string) {
  const rows = await listInlinePolicies(deps.database, ownerId);
  return rows.map((row) => ({
    PolicyName: row.policy_name,
    PolicyDocument: encodePolicyText(row.policy_document),
  }));
}

async function attachedOf(deps: IamDeps, ownerId: string) {
  return (await listAttachedPolicies(deps.database, ownerId)).map(toAttached);
}

export async function toUserDetail(deps: IamDeps, row: UserRow): Promise<UserDetail> {
  return {
    ...(await toWholeUser(deps, row)),
    UserPolicyList: await inlineOf(deps, row.id),
    GroupList: (await listGroupsOf(deps.database, row)).map((group) => group.name),
    AttachedManagedPolicies: await attachedOf(deps, row.id),
  };
}

export async function toGroupDetail(deps: IamDeps, row: GroupRow): Promise<GroupDetail> {
  return {
    ...toGroup(row),
    GroupPolicyList: await inlineOf(deps, row.id),
    AttachedManagedPolicies: await attachedOf(deps, row.id),
  };
}

export async function toRoleDetail(deps: IamDeps, row: RoleRow): Promise<RoleDetail> {
  const profiles = await listProfilesOf(deps.database, row);
  return {
    ...(await toWholeRole(deps, row)),
    InstanceProfileList: await Promise.all(profiles.map((profile) => toInstanceProfile(deps, profile))),
    RolePolicyList: await inlineOf(deps, row.id),
    AttachedManagedPolicies: await attachedOf(deps, row.id),
  };
}

export function toAwsPolicyDetail(aws: ManagedPolicy, uses: PolicyUses | undefined): ManagedPolicyDetail {
  return {
    ...toPolicy({ aws }, uses),
    Description: aws.description,
    PolicyVersionList: [{ Document: encodePolicyText(aws.document), ...toAwsVersion(aws) }],
  };
}

export async function toPolicyDetail(
  deps: IamDeps,
  row: PolicyRow,
  uses: PolicyUses | undefined,
): Promise<ManagedPolicyDetail> {
  const versions = await listVersions(deps.database, row.id);
  return {
    ...toPolicy({ own: row }, uses),
    Description: row.description ?? undefined,
    PolicyVersionList: versions.map((version) => ({
      Document: encodePolicyText(version.policy_document),
      ...toVersion(row, version),
    })),
  };
}
