/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html */
import type { IamOperation } from '../deps.ts';
import { getPolicyText } from '../policies/inline-policy.ts';
import { getOwner } from '../policies/owner.ts';
import { accessToRole } from './role.ts';

export const getRolePolicy: IamOperation<'GetRolePolicy'> = {
  access: accessToRole('iam:GetRolePolicy'),
  async handle(input, call, deps) {
    const owner = await getOwner(deps, call, 'role', input.RoleName);
    return { RoleName: owner.name, ...(await getPolicyText(deps, call, owner, input.PolicyName)) };
  },
};
