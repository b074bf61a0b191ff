/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachGroupPolicy.html */
import type { IamOperation } from '../deps.ts';
import { attach } from '../policies/attachment.ts';
import { getOwner } from '../policies/owner.ts';
import { accessToGroup } from './group.ts';

export const attachGroupPolicy: IamOperation<'AttachGroupPolicy'> = {
  access: accessToGroup('iam:AttachGroupPolicy'),
  async handle(input, call, deps) {
    await attach(deps, call, await getOwner(deps, call, 'group', input.GroupName), input.PolicyArn);
    return {};
  },
};
