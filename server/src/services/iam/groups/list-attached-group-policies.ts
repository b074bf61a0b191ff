/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedGroupPolicies.html */
import type { IamOperation } from '../deps.ts';
import { pageOfAttached } from '../policies/attachment.ts';
import { getOwner } from '../policies/owner.ts';
import { accessToGroup } from './group.ts';

export const listAttachedGroupPolicies: IamOperation<'ListAttachedGroupPolicies'> = {
  access: accessToGroup('iam:ListAttachedGroupPolicies'),
  async handle(input, call, deps) {
    return pageOfAttached(deps, call, await getOwner(deps, call, 'group', input.GroupName), input);
  },
};
