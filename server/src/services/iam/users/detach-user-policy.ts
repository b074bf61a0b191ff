/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachUserPolicy.html */
import type { IamOperation } from '../deps.ts';
import { detach } from '../policies/attachment.ts';
import { getOwner } from '../policies/owner.ts';
import { accessToUser } from './user.ts';

export const detachUserPolicy: IamOperation<'DetachUserPolicy'> = {
  access: accessToUser('iam:DetachUserPolicy'),
  async handle(input, call, deps) {
    await detach(deps, call, await getOwner(deps, call, 'user', input.UserName), input.PolicyArn);
    return {};
  },
};
