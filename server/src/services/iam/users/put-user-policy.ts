/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html */
import type { IamOperation } from '../deps.ts';
import { putPolicy } from '../policies/inline-policy.ts';
import { accessToUser, noSuchUser, userKey } from './user.ts';
import { requireUser } from './user-store.ts';

export const putUserPolicy: IamOperation<'PutUserPolicy'> = {
  access: accessToUser('iam:PutUserPolicy'),
  async handle(input, call, deps) {
    const key = userKey(call, input.UserName);
    const required = requireUser(call.account, input.UserName);
    await putPolicy(deps, call, key, input, required, () => noSuchUser(call, input.UserName));
    return {};
  },
};
