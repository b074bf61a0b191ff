/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRoleDescription.html */
import type { IamOperation } from '../deps.ts';
import { changeRole } from './change-role.ts';
import { accessToRole, toRole } from './role.ts';

export const updateRoleDescription: IamOperation<'UpdateRoleDescription'> = {
  access: accessToRole('iam:UpdateRoleDescription'),
  async handle(input, call, deps) {
    return {
      Role: await toRole(deps, await changeRole(deps, call, input.RoleName, { description: input.Description })),
    };
  },
};
