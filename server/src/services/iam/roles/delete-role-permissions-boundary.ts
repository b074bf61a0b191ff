/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePermissionsBoundary.html */
import type { IamOperation } from '../deps.ts';
import { getEntity } from '../entities/kinds.ts';
import { setBoundary } from '../policies/boundary.ts';
import { accessToRole } from './role.ts';

export const deleteRolePermissionsBoundary: IamOperation<'DeleteRolePermissionsBoundary'> = {
  access: accessToRole('iam:DeleteRolePermissionsBoundary'),
  async handle(input, call, deps) {
    await setBoundary(deps, call, 'role', await getEntity(deps, call, 'role', input.RoleName), undefined);
    return {};
  },
};
