/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html */
import { Conflict } from '../../../storage/database.ts';
import type { IamOperation } from '../deps.ts';
import { deleteConflict } from '../policies/delete-conflict.ts';
import { accessToRole, getRole, roleKey } from './role.ts';
import { removeRole } from './role-store.ts';

export const deleteRole: IamOperation<'DeleteRole'> = {
  access: accessToRole('iam:DeleteRole'),
  async handle(input, call, deps) {
    await getRole(deps, call, input.RoleName);
    try {
      await deps.database.write([removeRole(call.account, input.RoleName)]);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      throw await deleteConflict(deps, call, roleKey(call, input.RoleName), error);
    }
    deps.forget();
    return {};
  },
};
