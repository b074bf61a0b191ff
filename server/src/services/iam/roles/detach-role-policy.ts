/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachRolePolicy.html */
import type { IamOperation } from '../deps.ts';
import { detach } from '../policies/attachment.ts';
import { getOwner } from '../policies/owner.ts';
import { accessToRole } from './role.ts';

export const detachRolePolicy: IamOperation<'DetachRolePolicy'> = {
  access: accessToRole('iam:DetachRolePolicy'),
  async handle(input, call, deps) {
    await detach(deps, call, await getOwner(deps, call, 'role', input.RoleName), input.PolicyArn);
    return {};
  },
};
