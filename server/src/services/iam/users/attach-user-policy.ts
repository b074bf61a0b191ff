/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachUserPolicy.html */
import type { IamOperation } from '../deps.ts';
import { attach } from '../policies/attachment.ts';
import { accessToUser, noSuchUser, userKey } from './user.ts';
import { requireUser } from './user-store.ts';

export const attachUserPolicy: IamOperation<'AttachUserPolicy'> = {
  access: accessToUser('iam:AttachUserPolicy'),
  async handle(input, call, deps) {
    const key = userKey(call, input.UserName);
    const required = requireUser(call.account, input.UserName);
    await attach(deps, call, key, input.PolicyArn, required, () => noSuchUser(call, input.UserName));
    return {};
  },
};
