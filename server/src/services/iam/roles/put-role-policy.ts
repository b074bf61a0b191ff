/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html */
import type { IamOperation } from '../deps.ts';
import { putPolicy } from '../policies/inline-policy.ts';
import { accessToRole, noSuchRole, roleKey } from './role.ts';
import { requireRole } from './role-store.ts';

export const putRolePolicy: IamOperation<'PutRolePolicy'> = {
  access: accessToRole('iam:PutRolePolicy'),
  async handle(input, call, deps) {
    const key = roleKey(call, input.RoleName);
    const required = requireRole(call.account, input.RoleName);
    await putPolicy(deps, call, key, input, required, () => noSuchRole(call, input.RoleName));
    return {};
  },
};
