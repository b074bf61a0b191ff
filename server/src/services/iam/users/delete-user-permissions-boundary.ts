/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUserPermissionsBoundary.html */
import type { IamOperation } from '../deps.ts';
import { getEntity } from '../entities/kinds.ts';
import { setBoundary } from '../policies/boundary.ts';
import { accessToUser } from './user.ts';

export const deleteUserPermissionsBoundary: IamOperation<'DeleteUserPermissionsBoundary'> = {
  access: accessToUser('iam:DeleteUserPermissionsBoundary'),
  async handle(input, call, deps) {
    await setBoundary(deps, call, 'user', await getEntity(deps, call, 'user', input.UserName), undefined);
    return {};
  },
};
