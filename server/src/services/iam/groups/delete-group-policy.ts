/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteGroupPolicy.html */
import type { IamOperation } from '../deps.ts';
import { deletePolicy } from '../policies/inline-policy.ts';
import { getOwner } from '../policies/owner.ts';
import { accessToGroup } from './group.ts';

export const deleteGroupPolicy: IamOperation<'DeleteGroupPolicy'> = {
  access: accessToGroup('iam:DeleteGroupPolicy'),
  async handle(input, call, deps) {
    const owner = await getOwner(deps, call, 'group', input.GroupName);
    await deletePolicy(deps, call, owner, input.PolicyName);
    return {};
  },
};
