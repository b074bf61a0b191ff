/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html; the sentences are as observed from IAM. */
import type { IamOperation } from '../deps.ts';
import { getEntity } from '../entities/kinds.ts';
import { deleteEntity } from '../entities/lifecycle.ts';
import { policyHolders } from '../policies/owner.ts';
import { accessToUser } from './user.ts';

export const deleteUser: IamOperation<'DeleteUser'> = {
  access: accessToUser('iam:DeleteUser'),
  async handle(input, call, deps) {
    const row = await getEntity(deps, call, 'user', input.UserName);
    await deleteEntity(deps, call, 'user', row, [
      {
        table: 'iam_access_keys',
        column: 'user_id',
        value: row.id,
        conflict: 'Cannot delete entity, must delete access keys first.',
      },
      {
        table: 'iam_group_members',
        column: 'user_id',
        value: row.id,
        conflict: 'Cannot delete entity, must remove users from group first.',
      },
      ...policyHolders(row.id),
    ]);
    return {};
  },
};
