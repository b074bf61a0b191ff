/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachRolePolicy.html */
import type { IamOperation } from '../deps.ts';
import { detach } from '../policies/attachment.ts';
import { accessToRole, getRole, roleKey } from './role.ts';

export const detachRolePolicy: IamOperation<'DetachRolePolicy'> = {
  access: accessToRole('iam:DetachRolePolicy'),
  async handle(input, call, deps) {
    await getRole(deps, call, input.RoleName);
    await detach(deps, call, roleKey(call, input.RoleName), input.PolicyArn);
    return {};
  },
};
