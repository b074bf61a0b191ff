/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPermissionsBoundary.html */
import type { IamOperation } from '../deps.ts';
import { getEntity } from '../entities/kinds.ts';
import { setBoundary } from '../policies/boundary.ts';
import { accessToUser } from './user.ts';

export const putUserPermissionsBoundary: IamOperation<'PutUserPermissionsBoundary'> = {
  access: accessToUser('iam:PutUserPermissionsBoundary'),
  async handle(input, call, deps) {
    await setBoundary(
      deps,
      call,
      'user',
      await getEntity(deps, call, 'user', input.UserName),
      input.PermissionsBoundary,
    );
    return {};
  },
};
