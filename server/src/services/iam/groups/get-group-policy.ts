/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetGroupPolicy.html */
import type { IamOperation } from '../deps.ts';
import { getPolicyText } from '../policies/inline-policy.ts';
import { getOwner } from '../policies/owner.ts';
import { accessToGroup } from './group.ts';

export const getGroupPolicy: IamOperation<'GetGroupPolicy'> = {
  access: accessToGroup('iam:GetGroupPolicy'),
  async handle(input, call, deps) {
    const owner = await getOwner(deps, call, 'group', input.GroupName);
    return { GroupName: owner.name, ...(await getPolicyText(deps, call, owner, input.PolicyName)) };
  },
};
