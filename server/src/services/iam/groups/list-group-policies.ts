/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroupPolicies.html */
import type { IamOperation } from '../deps.ts';
import { pageOfPolicyNames } from '../policies/inline-policy.ts';
import { getOwner } from '../policies/owner.ts';
import { accessToGroup } from './group.ts';

export const listGroupPolicies: IamOperation<'ListGroupPolicies'> = {
  access: accessToGroup('iam:ListGroupPolicies'),
  async handle(input, call, deps) {
    return pageOfPolicyNames(deps, call, await getOwner(deps, call, 'group', input.GroupName), input);
  },
};
