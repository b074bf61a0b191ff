/**
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html: what the account holds, and the quotas that are kept.
 * What does not exist here (MFA devices, certificates) is counted as none.
 */
import type { IamOperation } from '../deps.ts';
import { countEntities, type EntityTable } from '../entities/entity-store.ts';
import { kinds } from '../entities/kinds.ts';
import { countVersions } from './account-store.ts';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const quotas = {
  AccessKeysPerUserQuota: 2,
  AssumeRolePolicySizeQuota: 2048,
  AttachedPoliciesPerGroupQuota: 10,
  AttachedPoliciesPerRoleQuota: 10,
  AttachedPoliciesPerUserQuota: 10,
  GroupPolicySizeQuota: 5120,
  GroupsPerUserQuota: 10,
  GroupsQuota: kinds.group.quota.limit,
  InstanceProfilesQuota: kinds['instance-profile'].quota.limit,
  PoliciesQuota: kinds.policy.quota.limit,
  PolicySizeQuota: 6144,
  PolicyVersionsInUseQuota: 10_000,
  RolePolicySizeQuota: 10_240,
  RolesQuota: kinds.role.quota.limit,
  ServerCertificatesQuota: 20,
  SigningCertificatesPerUserQuota: 2,
  UserPolicySizeQuota: 2048,
  UsersQuota: kinds.user.quota.limit,
  VersionsPerPolicyQuota: 5,
};

const absent = {
  AccountMFAEnabled: 0,
  AccountPasswordPresent: 0,
  AccountSigningCertificatesPresent: 0,
  MFADevices: 0,
  MFADevicesInUse: 0,
  Providers: 0,
  ServerCertificates: 0,
};

export const getAccountSummary: IamOperation<'GetAccountSummary'> = {
  access: () => [{ action: 'iam:GetAccountSummary', resource: '*' }],
  async handle(_input, call, deps) {
    const count = (table: EntityTable) => countEntities(deps.database, table, call.account);
    const [users, groups, roles, policies, profiles, versions] = await Promise.all([
      count('iam_users'),
      count('iam_groups'),
      count('iam_roles'),
      count('iam_policies'),
      count('iam_instance_profiles'),
      countVersions(deps.database, call.account),
    ]);
    return {
      SummaryMap: {
        ...quotas,
        ...absent,
        Users: users,
        Groups: groups,
        Roles: roles,
        Policies: policies,
        InstanceProfiles: profiles,
        PolicyVersionsInUse: versions,
        // The account's root key is made with the platform.
        AccountAccessKeysPresent: 1,
        GlobalEndpointTokenVersion: 1,
      },
    };
  },
};
