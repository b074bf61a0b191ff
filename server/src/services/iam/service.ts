/**
 * IAM: the table of its operations.
 *
 * Gaps:
 * - Passwords (login profiles, MFA, the password policy), certificates and SSH keys answer 501.
 * - SAML and OIDC providers, service-linked roles and last accessed details answer 501.
 * - Simulations accept no ResourceHandlingOption.
 *
 * Differs from AWS by design:
 * - No eventual consistency: a write applies to the next call.
 * - A policy element that is not understood never grants access.
 * - Access keys belong to users only; the platform creates the account's root key.
 * - A credential report is available at once.
 * - Sessions of a user (GetSessionToken) end when the user is renamed: they name the user by its ARN.
 * - Quotas are AWS's defaults and cannot be raised.
 * - Policies of AWS have one version, the default one, under its number at AWS.
 *
 * Client quirks:
 * - Policy documents are returned percent-encoded, as IAM does; boto3 decodes them, the JavaScript SDK does not.
 */
import { defineService, type Service } from '../../contract/service.ts';
import { createAccessKey } from './access-keys/create-access-key.ts';
import { deleteAccessKey } from './access-keys/delete-access-key.ts';
import { getAccessKeyLastUsed } from './access-keys/get-access-key-last-used.ts';
import { listAccessKeys } from './access-keys/list-access-keys.ts';
import { updateAccessKey } from './access-keys/update-access-key.ts';
import { createAccountAlias } from './account/create-account-alias.ts';
import { deleteAccountAlias } from './account/delete-account-alias.ts';
import { generateCredentialReport } from './account/generate-credential-report.ts';
import { getAccountAuthorizationDetails } from './account/get-account-authorization-details.ts';
import { getAccountSummary } from './account/get-account-summary.ts';
import { getCredentialReport } from './account/get-credential-report.ts';
import { listAccountAliases } from './account/list-account-aliases.ts';
import type { IamDeps } from './deps.ts';
import { addUserToGroup } from './groups/add-user-to-group.ts';
import { attachGroupPolicy } from './groups/attach-group-policy.ts';
import { createGroup } from './groups/create-group.ts';
import { deleteGroup } from './groups/delete-group.ts';
import { deleteGroupPolicy } from './groups/delete-group-policy.ts';
import { detachGroupPolicy } from './groups/detach-group-policy.ts';
import { getGroup } from './groups/get-group.ts';
import { getGroupPolicy } from './groups/get-group-policy.ts';
import { listAttachedGroupPolicies } from './groups/list-attached-group-policies.ts';
import { listGroupPolicies } from './groups/list-group-policies.ts';
import { listGroups } from './groups/list-groups.ts';
import { listGroupsForUser } from './groups/list-groups-for-user.ts';
import { putGroupPolicy } from './groups/put-group-policy.ts';
import { removeUserFromGroup } from './groups/remove-user-from-group.ts';
import { updateGroup } from './groups/update-group.ts';
import { addRoleToInstanceProfile } from './instance-profiles/add-role-to-instance-profile.ts';
import { createInstanceProfile } from './instance-profiles/create-instance-profile.ts';
import { deleteInstanceProfile } from './instance-profiles/delete-instance-profile.ts';
import { getInstanceProfile } from './instance-profiles/get-instance-profile.ts';
import { listInstanceProfileTags } from './instance-profiles/list-instance-profile-tags.ts';
import { listInstanceProfiles } from './instance-profiles/list-instance-profiles.ts';
import { listInstanceProfilesForRole } from './instance-profiles/list-instance-profiles-for-role.ts';
import { removeRoleFromInstanceProfile } from './instance-profiles/remove-role-from-instance-profile.ts';
import { tagInstanceProfile } from './instance-profiles/tag-instance-profile.ts';
import { untagInstanceProfile } from './instance-profiles/untag-instance-profile.ts';
import { createPolicy } from './policies/create-policy.ts';
import { createPolicyVersion } from './policies/create-policy-version.ts';
import { deletePolicy } from './policies/delete-policy.ts';
import { deletePolicyVersion } from './policies/delete-policy-version.ts';
import { getPolicy } from './policies/get-policy.ts';
import { getPolicyVersion } from './policies/get-policy-version.ts';
import { listEntitiesForPolicy } from './policies/list-entities-for-policy.ts';
import { listPolicies } from './policies/list-policies.ts';
import { listPolicyTags } from './policies/list-policy-tags.ts';
import { listPolicyVersions } from './policies/list-policy-versions.ts';
import { setDefaultPolicyVersion } from './policies/set-default-policy-version.ts';
import { tagPolicy } from './policies/tag-policy.ts';
import { untagPolicy } from './policies/untag-policy.ts';
import { attachRolePolicy } from './roles/attach-role-policy.ts';
import { createRole } from './roles/create-role.ts';
import { deleteRole } from './roles/delete-role.ts';
import { deleteRolePermissionsBoundary } from './roles/delete-role-permissions-boundary.ts';
import { deleteRolePolicy } from './roles/delete-role-policy.ts';
import { detachRolePolicy } from './roles/detach-role-policy.ts';
import { getRole } from './roles/get-role.ts';
import { getRolePolicy } from './roles/get-role-policy.ts';
import { listAttachedRolePolicies } from './roles/list-attached-role-policies.ts';
import { listRolePolicies } from './roles/list-role-policies.ts';
import { listRoleTags } from './roles/list-role-tags.ts';
import { listRoles } from './roles/list-roles.ts';
import { putRolePermissionsBoundary } from './roles/put-role-permissions-boundary.ts';
import { putRolePolicy } from './roles/put-role-policy.ts';
import { tagRole } from './roles/tag-role.ts';
import { untagRole } from './roles/untag-role.ts';
import { updateAssumeRolePolicy } from './roles/update-assume-role-policy.ts';
import { updateRole } from './roles/update-role.ts';
import { updateRoleDescription } from './roles/update-role-description.ts';
import { getContextKeysForCustomPolicy } from './simulation/get-context-keys-for-custom-policy.ts';
import { getContextKeysForPrincipalPolicy } from './simulation/get-context-keys-for-principal-policy.ts';
import { simulateCustomPolicy } from './simulation/simulate-custom-policy.ts';
import { simulatePrincipalPolicy } from './simulation/simulate-principal-policy.ts';
import { attachUserPolicy } from './users/attach-user-policy.ts';
import { createUser } from './users/create-user.ts';
import { deleteUser } from './users/delete-user.ts';
import { deleteUserPermissionsBoundary } from './users/delete-user-permissions-boundary.ts';
import { deleteUserPolicy } from './users/delete-user-policy.ts';
import { detachUserPolicy } from './users/detach-user-policy.ts';
import { getUser } from './users/get-user.ts';
import { getUserPolicy } from './users/get-user-policy.ts';
import { listAttachedUserPolicies } from './users/list-attached-user-policies.ts';
import { listUserPolicies } from './users/list-user-policies.ts';
import { listUserTags } from './users/list-user-tags.ts';
import { listUsers } from './users/list-users.ts';
import { putUserPermissionsBoundary } from './users/put-user-permissions-boundary.ts';
import { putUserPolicy } from './users/put-user-policy.ts';
import { tagUser } from './users/tag-user.ts';
import { untagUser } from './users/untag-user.ts';
import { updateUser } from './users/update-user.ts';

export function iamService(deps: IamDeps): Service {
  return defineService('iam', deps, {
    AttachUserPolicy: attachUserPolicy,
    CreateUser: createUser,
    DeleteUser: deleteUser,
    DeleteUserPermissionsBoundary: deleteUserPermissionsBoundary,
    DeleteUserPolicy: deleteUserPolicy,
    DetachUserPolicy: detachUserPolicy,
    GetUser: getUser,
    GetUserPolicy: getUserPolicy,
    ListAttachedUserPolicies: listAttachedUserPolicies,
    ListUserPolicies: listUserPolicies,
    ListUserTags: listUserTags,
    ListUsers: listUsers,
    PutUserPermissionsBoundary: putUserPermissionsBoundary,
    PutUserPolicy: putUserPolicy,
    TagUser: tagUser,
    UntagUser: untagUser,
    UpdateUser: updateUser,
    AddUserToGroup: addUserToGroup,
    AttachGroupPolicy: attachGroupPolicy,
    CreateGroup: createGroup,
    DeleteGroup: deleteGroup,
    DeleteGroupPolicy: deleteGroupPolicy,
    DetachGroupPolicy: detachGroupPolicy,
    GetGroup: getGroup,
    GetGroupPolicy: getGroupPolicy,
    ListAttachedGroupPolicies: listAttachedGroupPolicies,
    ListGroupPolicies: listGroupPolicies,
    ListGroups: listGroups,
    ListGroupsForUser: listGroupsForUser,
    PutGroupPolicy: putGroupPolicy,
    RemoveUserFromGroup: removeUserFromGroup,
    UpdateGroup: updateGroup,
    CreateAccessKey: createAccessKey,
    DeleteAccessKey: deleteAccessKey,
    GetAccessKeyLastUsed: getAccessKeyLastUsed,
    ListAccessKeys: listAccessKeys,
    UpdateAccessKey: updateAccessKey,
    AttachRolePolicy: attachRolePolicy,
    CreateRole: createRole,
    DeleteRole: deleteRole,
    DeleteRolePermissionsBoundary: deleteRolePermissionsBoundary,
    DeleteRolePolicy: deleteRolePolicy,
    DetachRolePolicy: detachRolePolicy,
    GetRole: getRole,
    GetRolePolicy: getRolePolicy,
    ListAttachedRolePolicies: listAttachedRolePolicies,
    ListRolePolicies: listRolePolicies,
    ListRoleTags: listRoleTags,
    ListRoles: listRoles,
    PutRolePermissionsBoundary: putRolePermissionsBoundary,
    PutRolePolicy: putRolePolicy,
    TagRole: tagRole,
    UntagRole: untagRole,
    UpdateAssumeRolePolicy: updateAssumeRolePolicy,
    UpdateRole: updateRole,
    UpdateRoleDescription: updateRoleDescription,
    CreatePolicy: createPolicy,
    CreatePolicyVersion: createPolicyVersion,
    DeletePolicy: deletePolicy,
    DeletePolicyVersion: deletePolicyVersion,
    GetPolicy: getPolicy,
    SimulatePrincipalPolicy: simulatePrincipalPolicy,
    SimulateCustomPolicy: simulateCustomPolicy,
    GetContextKeysForPrincipalPolicy: getContextKeysForPrincipalPolicy,
    GetContextKeysForCustomPolicy: getContextKeysForCustomPolicy,
    GetPolicyVersion: getPolicyVersion,
    ListEntitiesForPolicy: listEntitiesForPolicy,
    ListPolicies: listPolicies,
    ListPolicyTags: listPolicyTags,
    ListPolicyVersions: listPolicyVersions,
    SetDefaultPolicyVersion: setDefaultPolicyVersion,
    TagPolicy: tagPolicy,
    UntagPolicy: untagPolicy,
    AddRoleToInstanceProfile: addRoleToInstanceProfile,
    CreateInstanceProfile: createInstanceProfile,
    DeleteInstanceProfile: deleteInstanceProfile,
    GetInstanceProfile: getInstanceProfile,
    ListInstanceProfileTags: listInstanceProfileTags,
    ListInstanceProfiles: listInstanceProfiles,
    ListInstanceProfilesForRole: listInstanceProfilesForRole,
    RemoveRoleFromInstanceProfile: removeRoleFromInstanceProfile,
    TagInstanceProfile: tagInstanceProfile,
    UntagInstanceProfile: untagInstanceProfile,
    CreateAccountAlias: createAccountAlias,
    DeleteAccountAlias: deleteAccountAlias,
    GenerateCredentialReport: generateCredentialReport,
    GetAccountAuthorizationDetails: getAccountAuthorizationDetails,
    GetAccountSummary: getAccountSummary,
    GetCredentialReport: getCredentialReport,
    ListAccountAliases: listAccountAliases,
  });
}
