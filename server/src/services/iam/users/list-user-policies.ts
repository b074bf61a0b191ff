/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUserPolicies.html */
import type { IamOperation } from '../deps.ts';
import { pageOfPolicyNames } from '../policies/inline-policy.ts';
import { getOwner } from '../policies/owner.ts';
import { accessToUser } from './user.ts';

export const listUserPolicies: IamOperation<'ListUserPolicies'> = {
  access: accessToUser('iam:ListUserPolicies'),
  async handle(input, call, deps) {
    return pageOfPolicyNames(deps, call, await getOwner(deps, call, 'user', input.UserName), input);
  },
};
