/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html */
import type { IamOperation } from '../deps.ts';
import { attach } from '../policies/attachment.ts';
import { getOwner } from '../policies/owner.ts';
import { accessToRole } from './role.ts';

export const attachRolePolicy: IamOperation<'AttachRolePolicy'> = {
  access: accessToRole('iam:AttachRolePolicy'),
  async handle(input, call, deps) {
    await attach(deps, call, await getOwner(deps, call, 'role', input.RoleName), input.PolicyArn);
    return {};
  },
};
