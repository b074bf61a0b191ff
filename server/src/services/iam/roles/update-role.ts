/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html */
import type { IamOperation } from '../deps.ts';
import { changeRole } from './change-role.ts';
import { accessToRole } from './role.ts';

export const updateRole: IamOperation<'UpdateRole'> = {
  access: accessToRole('iam:UpdateRole'),
  async handle(input, call, deps) {
    await changeRole(deps, call, input.RoleName, {
      ...(input.Description === undefined ? {} : { description: input.Description }),
      ...(input.MaxSessionDuration === undefined ? {} : { max_session_seconds: input.MaxSessionDuration }),
    });
    return {};
  },
};
