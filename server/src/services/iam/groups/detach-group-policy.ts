/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachGroupPolicy.html */
import type { IamOperation } from '../deps.ts';
import { detach } from '../policies/attachment.ts';
import { getOwner } from '../policies/owner.ts';
import { accessToGroup } from './group.ts';

export const detachGroupPolicy: IamOperation<'DetachGroupPolicy'> = {
  access: accessToGroup('iam:DetachGroupPolicy'),
  async handle(input, call, deps) {
    await detach(deps, call, await getOwner(deps, call, 'group', input.GroupName), input.PolicyArn);
    return {};
  },
};
