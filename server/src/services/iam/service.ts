/**
 * IAM: the table of its operations.
 *
 * Gaps: groups, customer-managed policies, policy versions, permission boundaries, instance profiles, tagging operations and
 * account summaries answer 501. Simulations take users and roles, not groups, and no PolicyExclusionList or ResourceHandlingOption.
 * Differs by design: nothing is eventually consistent, a write counts for the next call. What a policy says that is not understood
 * fails safe. Access keys belong to users only; the account's root key is made by the platform.
 * Client quirks: policy documents are answered percent-encoded, as IAM does; boto3 decodes them, the JavaScript SDK does not.
 */
import { defineService, type Service } from '../../contract/service.ts';
import { createAccessKey } from './access-keys/create-access-key.ts';
import { deleteAccessKey } from './access-keys/delete-access-key.ts';
import { listAccessKeys } from './access-keys/list-access-keys.ts';
import { updateAccessKey } from './access-keys/update-access-key.ts';
import type { IamDeps } from './deps.ts';
import { getPolicy } from './policies/get-policy.ts';
import { attachRolePolicy } from './roles/attach-role-policy.ts';
import { createRole } from './roles/create-role.ts';
import { deleteRole } from './roles/delete-role.ts';
import { deleteRolePolicy } from './roles/delete-role-policy.ts';
import { detachRolePolicy } from './roles/detach-role-policy.ts';
import { getRole } from './roles/get-role.ts';
import { getRolePolicy } from './roles/get-role-policy.ts';
import { listAttachedRolePolicies } from './roles/list-attached-role-policies.ts';
import { listRolePolicies } from './roles/list-role-policies.ts';
import { listRoles } from './roles/list-roles.ts';
import { putRolePolicy } from './roles/put-role-policy.ts';
import { getContextKeysForCustomPolicy } from './simulation/get-context-keys-for-custom-policy.ts';
import { getContextKeysForPrincipalPolicy } from './simulation/get-context-keys-for-principal-policy.ts';
import { simulateCustomPolicy } from './simulation/simulate-custom-policy.ts';
import { simulatePrincipalPolicy } from './simulation/simulate-principal-policy.ts';
import { attachUserPolicy } from './users/attach-user-policy.ts';
import { createUser } from './users/create-user.ts';
import { deleteUser } from './users/delete-user.ts';
import { deleteUserPolicy } from './users/delete-user-policy.ts';
import { detachUserPolicy } from './users/detach-user-policy.ts';
import { getUser } from './users/get-user.ts';
import { listUsers } from './users/list-users.ts';
import { putUserPolicy } from './users/put-user-policy.ts';

export function iamService(deps: IamDeps): Service {
  return defineService('iam', deps, {
    CreateRole: createRole,
    GetRole: getRole,
    ListRoles: listRoles,
    DeleteRole: deleteRole,
    PutRolePolicy: putRolePolicy,
    GetRolePolicy: getRolePolicy,
    DeleteRolePolicy: deleteRolePolicy,
    ListRolePolicies: listRolePolicies,
    AttachRolePolicy: attachRolePolicy,
    DetachRolePolicy: detachRolePolicy,
    ListAttachedRolePolicies: listAttachedRolePolicies,
    CreateUser: createUser,
    GetUser: getUser,
    ListUsers: listUsers,
    DeleteUser: deleteUser,
    PutUserPolicy: putUserPolicy,
    DeleteUserPolicy: deleteUserPolicy,
    AttachUserPolicy: attachUserPolicy,
    DetachUserPolicy: detachUserPolicy,
    CreateAccessKey: createAccessKey,
    ListAccessKeys: listAccessKeys,
    DeleteAccessKey: deleteAccessKey,
    UpdateAccessKey: updateAccessKey,
    GetPolicy: getPolicy,
    SimulatePrincipalPolicy: simulatePrincipalPolicy,
    SimulateCustomPolicy: simulateCustomPolicy,
    GetContextKeysForPrincipalPolicy: getContextKeysForPrincipalPolicy,
    GetContextKeysForCustomPolicy: getContextKeysForCustomPolicy,
  });
}
