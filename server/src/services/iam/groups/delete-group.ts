/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteGroup.html; the sentence is as observed from IAM. */
import type { IamOperation } from '../deps.ts';
import { getEntity } from '../entities/kinds.ts';
import { deleteEntity } from '../entities/lifecycle.ts';
import { policyHolders } from '../policies/owner.ts';
import { accessToGroup } from './group.ts';

export const deleteGroup: IamOperation<'DeleteGroup'> = {
  access: accessToGroup('iam:DeleteGroup'),
  async handle(input, call, deps) {
    const row = await getEntity(deps, call, 'group', input.GroupName);
    await deleteEntity(deps, call, 'group', row, [
      {
        table: 'iam_group_members',
        column: 'group_id',
        value: row.id,
        conflict: 'Cannot delete entity, must remove users from group first.',
      },
      ...policyHolders(row.id),
    ]);
    return {};
  },
};
