/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePolicy.html */
import type { IamOperation } from '../deps.ts';
import { deletePolicy } from '../policies/inline-policy.ts';
import { getOwner } from '../policies/owner.ts';
import { accessToRole } from './role.ts';

export const deleteRolePolicy: IamOperation<'DeleteRolePolicy'> = {
  access: accessToRole('iam:DeleteRolePolicy'),
  async handle(input, call, deps) {
    const owner = await getOwner(deps, call, 'role', input.RoleName);
    await deletePolicy(deps, call, owner, input.PolicyName);
    return {};
  },
};
