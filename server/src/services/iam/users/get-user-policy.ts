/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUserPolicy.html */
import type { IamOperation } from '../deps.ts';
import { getPolicyText } from '../policies/inline-policy.ts';
import { getOwner } from '../policies/owner.ts';
import { accessToUser } from './user.ts';

export const getUserPolicy: IamOperation<'GetUserPolicy'> = {
  access: accessToUser('iam:GetUserPolicy'),
  async handle(input, call, deps) {
    const owner = await getOwner(deps, call, 'user', input.UserName);
    return { UserName: owner.name, ...(await getPolicyText(deps, call, owner, input.PolicyName)) };
  },
};
