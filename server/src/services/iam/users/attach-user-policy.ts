/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachUserPolicy.html */
import type { IamOperation } from '../deps.ts';
import { attach } from '../policies/attachment.ts';
import { getOwner } from '../policies/owner.ts';
import { accessToUser } from './user.ts';

export const attachUserPolicy: IamOperation<'AttachUserPolicy'> = {
  access: accessToUser('iam:AttachUserPolicy'),
  async handle(input, call, deps) {
    await attach(deps, call, await getOwner(deps, call, 'user', input.UserName), input.PolicyArn);
    return {};
  },
};
