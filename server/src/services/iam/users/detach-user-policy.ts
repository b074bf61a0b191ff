/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachUserPolicy.html */
import type { IamOperation } from '../deps.ts';
import { detach } from '../policies/attachment.ts';
import { accessToUser, getUser, userKey } from './user.ts';

export const detachUserPolicy: IamOperation<'DetachUserPolicy'> = {
  access: accessToUser('iam:DetachUserPolicy'),
  async handle(input, call, deps) {
    await getUser(deps, call, input.UserName);
    await detach(deps, call, userKey(call, input.UserName), input.PolicyArn);
    return {};
  },
};
