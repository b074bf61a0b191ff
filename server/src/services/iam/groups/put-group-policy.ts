/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutGroupPolicy.html */
import type { IamOperation } from '../deps.ts';
import { putPolicy } from '../policies/inline-policy.ts';
import { getOwner } from '../policies/owner.ts';
import { accessToGroup } from './group.ts';

export const putGroupPolicy: IamOperation<'PutGroupPolicy'> = {
  access: accessToGroup('iam:PutGroupPolicy'),
  async handle(input, call, deps) {
    const owner = await getOwner(deps, call, 'group', input.GroupName);
    await putPolicy(deps, call, owner, input);
    return {};
  },
};
