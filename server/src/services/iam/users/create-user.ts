/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html */
import type { IamOperation } from '../deps.ts';
import { accessToCreate } from '../entities/access.ts';
import { createEntity, newEntity } from '../entities/lifecycle.ts';
import { noSuchBoundary, requireBoundary } from '../policies/boundary.ts';
import type { UserRow } from '../tables.ts';
import { toWholeUser } from './user.ts';

export const createUser: IamOperation<'CreateUser'> = {
  access: (input, call) => accessToCreate(call, 'user', 'iam:CreateUser', input.Path, input.UserName, input),
  async handle(input, call, deps) {
    const boundary = input.PermissionsBoundary;
    const required = await requireBoundary(deps, call, boundary);
    const row: UserRow = { ...newEntity(call, 'user', input.Path, input.UserName), boundary: boundary ?? null };
    await createEntity(deps, call, 'user', row, input.Tags, required, () => noSuchBoundary(call, boundary ?? ''));
    return { User: await toWholeUser(deps, row) };
  },
};
