/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedRolePolicies.html */
import type { IamOperation } from '../deps.ts';
import { pageOfAttached } from '../policies/attachment.ts';
import { getOwner } from '../policies/owner.ts';
import { accessToRole } from './role.ts';

export const listAttachedRolePolicies: IamOperation<'ListAttachedRolePolicies'> = {
  access: accessToRole('iam:ListAttachedRolePolicies'),
  async handle(input, call, deps) {
    return pageOfAttached(deps, call, await getOwner(deps, call, 'role', input.RoleName), input);
  },
};
