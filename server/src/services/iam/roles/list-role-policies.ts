/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRolePolicies.html */
import type { IamOperation } from '../deps.ts';
import { pageOfPolicyNames } from '../policies/inline-policy.ts';
import { getOwner } from '../policies/owner.ts';
import { accessToRole } from './role.ts';

export const listRolePolicies: IamOperation<'ListRolePolicies'> = {
  access: accessToRole('iam:ListRolePolicies'),
  async handle(input, call, deps) {
    return pageOfPolicyNames(deps, call, await getOwner(deps, call, 'role', input.RoleName), input);
  },
};
