/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUserPolicy.html */
import type { IamOperation } from '../deps.ts';
import { deletePolicy } from '../policies/inline-policy.ts';
import { accessToUser, getUser, userKey } from './user.ts';

export const deleteUserPolicy: IamOperation<'DeleteUserPolicy'> = {
  access: accessToUser('iam:DeleteUserPolicy'),
  async handle(input, call, deps) {
    await getUser(deps, call, input.UserName);
    await deletePolicy(deps, call, userKey(call, input.UserName), input.PolicyName);
    return {};
  },
};
