/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
import type { IamOperation } from '../deps.ts';
import { accessToCreate } from '../entities/access.ts';
import { createEntity, newEntity } from '../entities/lifecycle.ts';
import { noSuchBoundary, requireBoundary } from '../policies/boundary.ts';
import type { RoleRow } from '../tables.ts';
import { readTrustPolicy, toWholeRole } from './role.ts';

export const createRole: IamOperation<'CreateRole'> = {
  access: (input, call) => accessToCreate(call, 'role', 'iam:CreateRole', input.Path, input.RoleName, input),
  async handle(input, call, deps) {
    const trust = await readTrustPolicy(input.AssumeRolePolicyDocument, call, deps);
    const boundary = input.PermissionsBoundary;
    const required = await requireBoundary(deps, call, boundary);
    const row: RoleRow = {
      ...newEntity(call, 'role', input.Path, input.RoleName),
      boundary: boundary ?? null,
      trust_policy: trust,
      description: input.Description ?? null,
      max_session_seconds: input.MaxSessionDuration ?? 3600,
      last_used_at: null,
      last_used_region: null,
    };
    await createEntity(deps, call, 'role', row, input.Tags, required, () => noSuchBoundary(call, boundary ?? ''));
    const { RoleLastUsed: _, ...made } = await toWholeRole(deps, row);
    return { Role: made };
  },
};
