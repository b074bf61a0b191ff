/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html */
import type { IamOperation } from '../deps.ts';
import { accessToRole, getRole as getRow, toTaggedRole } from './role.ts';

export const getRole: IamOperation<'GetRole'> = {
  access: accessToRole('iam:GetRole'),
  async handle(input, call, deps) {
    return { Role: toTaggedRole(await getRow(deps, call, input.RoleName)) };
  },
};
