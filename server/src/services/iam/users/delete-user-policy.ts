/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUserPolicy.html */
import type { IamOperation } from '../deps.ts';
import { deletePolicy } from '../policies/inline-policy.ts';
import { getOwner } from '../policies/owner.ts';
import { accessToUser } from './user.ts';

export const deleteUserPolicy: IamOperation<'DeleteUserPolicy'> = {
  access: accessToUser('iam:DeleteUserPolicy'),
  async handle(input, call, deps) {
    const owner = await getOwner(deps, call, 'user', input.UserName);
    await deletePolicy(deps, call, owner, input.PolicyName);
    return {};
  },
};
