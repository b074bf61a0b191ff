/**
 * Permissions boundaries of users and roles: a managed policy that is the most that their own policies can grant.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
 */
import type { AttachedPermissionsBoundary } from '@aws-sdk/client-iam';
import type { Call } from '../../../contract/call.ts';
import { Conflict, type Statement } from '../../../storage/database.ts';
import type { IamDeps } from '../deps.ts';
import { updateEntity } from '../entities/entity-store.ts';
import { kinds, noSuch } from '../entities/kinds.ts';
import type { RoleRow, UserRow } from '../tables.ts';
import { checkPolicyArn, findPolicy, requirePolicy } from './managed-policy.ts';

export const noSuchBoundary = (call: Call, arn: string) =>
  call.error('NoSuchEntity', `Scope ARN: ${arn} does not exist or is not attachable.`);

/** What goes into the write that sets it; misses where the policy was deleted by then. */
export async function requireBoundary(deps: IamDeps, call: Call, arn: string | undefined): Promise<Statement[]> {
  if (arn === undefined) return [];
  checkPolicyArn(call, arn);
  const policy = await findPolicy(deps, call.account, arn);
  if (!policy) throw noSuchBoundary(call, arn);
  return requirePolicy(policy);
}

export async function setBoundary(
  deps: IamDeps,
  call: Call,
  kind: 'user' | 'role',
  row: UserRow | RoleRow,
  arn: string | undefined,
): Promise<void> {
  const required = await requireBoundary(deps, call, arn);
  try {
    await deps.database.write([...required, updateEntity(kinds[kind].table, row.id, { boundary: arn ?? null })]);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    throw error.index < required.length ? noSuchBoundary(call, arn ?? '') : noSuch(call, kind, row.name);
  }
  deps.forget();
}

export function toBoundary(arn: string | null): AttachedPermissionsBoundary | undefined {
  return arn === null
    ? undefined
    : { PermissionsBoundaryType: 'PermissionsBoundaryPolicy', PermissionsBoundaryArn: arn };
}
