/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePolicy.html */
import type { IamOperation } from '../deps.ts';
import { deletePolicy } from '../policies/inline-policy.ts';
import { accessToRole, getRole, roleKey } from './role.ts';

export const deleteRolePolicy: IamOperation<'DeleteRolePolicy'> = {
  access: accessToRole('iam:DeleteRolePolicy'),
  async handle(input, call, deps) {
    await getRole(deps, call, input.RoleName);
    await deletePolicy(deps, call, roleKey(call, input.RoleName), input.PolicyName);
    return {};
  },
};
