/** The role as AWS returns it, and who may act on it. */
import type { Role } from '@aws-sdk/client-iam';
import type { Call } from '../../../contract/call.ts';
import type { IamDeps } from '../deps.ts';
import { accessToEntity } from '../entities/access.ts';
import { toBoundary } from '../policies/boundary.ts';
import { checkPolicyText, encodePolicyText, policySize } from '../policies/policy-text.ts';
import type { RoleRow } from '../tables.ts';
import { type TagText, tagsOf } from '../tags/tagging.ts';
import { keepTrust, showTrust } from './trusted-principals.ts';

interface RoleInput {
  readonly RoleName?: string | undefined;
  readonly PolicyArn?: string | undefined;
  readonly PermissionsBoundary?: string | undefined;
  readonly Tags?: readonly TagText[] | undefined;
}

/** The permission for an action on the role that the input names. */
export const accessToRole = (action: string) => (input: RoleInput, call: Call, deps: IamDeps) =>
  accessToEntity(deps, call, 'role', action, input.RoleName, input);

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const trustPolicyQuota = 2048;

/** Checks a trust policy and returns its stored form. */
export function readTrustPolicy(text: string, call: Call, deps: IamDeps): Promise<string> {
  checkPolicyText(text, 'trust', call);
  if (policySize(text) > trustPolicyQuota) {
    throw call.error('LimitExceeded', `Cannot exceed quota for ACLSizePerRole: ${trustPolicyQuota}`);
  }
  return keepTrust(text, deps.database, call);
}

/** As lists show it: without tags, boundary and last use. */
export async function toRole({ database }: Pick<IamDeps, 'database'>, row: RoleRow): Promise<Role> {
  return {
    Path: row.path,
    RoleName: row.name,
    RoleId: row.id,
    Arn: row.arn,
    CreateDate: new Date(row.created_at),
    AssumeRolePolicyDocument: encodePolicyText(await showTrust(row.trust_policy, database)),
    Description: row.description ?? undefined,
    MaxSessionDuration: row.max_session_seconds,
  };
}

export async function toWholeRole(deps: IamDeps, row: RoleRow): Promise<Role> {
  return {
    ...(await toRole(deps, row)),
    PermissionsBoundary: toBoundary(row.boundary),
    Tags: await tagsOf(deps, row.id),
    RoleLastUsed:
      row.last_used_at === null
        ? {}
        : { LastUsedDate: new Date(row.last_used_at), Region: row.last_used_region ?? undefined },
  };
}
