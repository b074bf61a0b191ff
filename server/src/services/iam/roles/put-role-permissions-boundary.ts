/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePermissionsBoundary.html */
import type { IamOperation } from '../deps.ts';
import { getEntity } from '../entities/kinds.ts';
import { setBoundary } from '../policies/boundary.ts';
import { accessToRole } from './role.ts';

export const putRolePermissionsBoundary: IamOperation<'PutRolePermissionsBoundary'> = {
  access: accessToRole('iam:PutRolePermissionsBoundary'),
  async handle(input, call, deps) {
    await setBoundary(
      deps,
      call,
      'role',
      await getEntity(deps, call, 'role', input.RoleName),
      input.PermissionsBoundary,
    );
    return {};
  },
};
