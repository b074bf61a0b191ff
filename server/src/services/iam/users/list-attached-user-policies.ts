/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedUserPolicies.html */
import type { IamOperation } from '../deps.ts';
import { pageOfAttached } from '../policies/attachment.ts';
import { getOwner } from '../policies/owner.ts';
import { accessToUser } from './user.ts';

export const listAttachedUserPolicies: IamOperation<'ListAttachedUserPolicies'> = {
  access: accessToUser('iam:ListAttachedUserPolicies'),
  async handle(input, call, deps) {
    return pageOfAttached(deps, call, await getOwner(deps, call, 'user', input.UserName), input);
  },
};
