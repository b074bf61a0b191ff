/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html */
import type { IamOperation } from '../deps.ts';
import { putPolicy } from '../policies/inline-policy.ts';
import { getOwner } from '../policies/owner.ts';
import { accessToUser } from './user.ts';

export const putUserPolicy: IamOperation<'PutUserPolicy'> = {
  access: accessToUser('iam:PutUserPolicy'),
  async handle(input, call, deps) {
    const owner = await getOwner(deps, call, 'user', input.UserName);
    await putPolicy(deps, call, owner, input);
    return {};
  },
};
