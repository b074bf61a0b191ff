/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html */
import { Conflict } from '../../../storage/database.ts';
import { listAccessKeys } from '../access-keys/access-key-store.ts';
import type { IamOperation } from '../deps.ts';
import { deleteConflict } from '../policies/delete-conflict.ts';
import { accessToUser, getUser, userKey } from './user.ts';
import { removeUser } from './user-store.ts';

export const deleteUser: IamOperation<'DeleteUser'> = {
  access: accessToUser('iam:DeleteUser'),
  async handle(input, call, deps) {
    await getUser(deps, call, input.UserName);
    try {
      await deps.database.write([removeUser(call.account, input.UserName)]);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      const keys = await listAccessKeys(deps.database, call.account, input.UserName);
      if (keys.length > 0) {
        throw call.error('DeleteConflict', 'Cannot delete entity, must delete access keys first.', { cause: error });
      }
      throw await deleteConflict(deps, call, userKey(call, input.UserName), error);
    }
    deps.forget();
    return {};
  },
};
