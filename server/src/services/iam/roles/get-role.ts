/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html */
import type { IamOperation } from '../deps.ts';
import { getEntity } from '../entities/kinds.ts';
import { accessToRole, toWholeRole } from './role.ts';

export const getRole: IamOperation<'GetRole'> = {
  access: accessToRole('iam:GetRole'),
  async handle(input, call, deps) {
    await deps.lastUsed.settled();
    return { Role: await toWholeRole(deps, await getEntity(deps, call, 'role', input.RoleName)) };
  },
};
