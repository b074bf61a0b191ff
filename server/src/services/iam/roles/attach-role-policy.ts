/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html */
import type { IamOperation } from '../deps.ts';
import { attach } from '../policies/attachment.ts';
import { accessToRole, noSuchRole, roleKey } from './role.ts';
import { requireRole } from './role-store.ts';

export const attachRolePolicy: IamOperation<'AttachRolePolicy'> = {
  access: accessToRole('iam:AttachRolePolicy'),
  async handle(input, call, deps) {
    const key = roleKey(call, input.RoleName);
    const required = requireRole(call.account, input.RoleName);
    await attach(deps, call, key, input.PolicyArn, required, () => noSuchRole(call, input.RoleName));
    return {};
  },
};
