/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html */
import type { IamOperation } from '../deps.ts';
import { putPolicy } from '../policies/inline-policy.ts';
import { getOwner } from '../policies/owner.ts';
import { accessToRole } from './role.ts';

export const putRolePolicy: IamOperation<'PutRolePolicy'> = {
  access: accessToRole('iam:PutRolePolicy'),
  async handle(input, call, deps) {
    const owner = await getOwner(deps, call, 'role', input.RoleName);
    await putPolicy(deps, call, owner, input);
    return {};
  },
};
