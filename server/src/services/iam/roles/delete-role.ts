/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html; the sentence is as observed from IAM. */
import type { IamOperation } from '../deps.ts';
import { getEntity } from '../entities/kinds.ts';
import { deleteEntity } from '../entities/lifecycle.ts';
import { policyHolders } from '../policies/owner.ts';
import { accessToRole } from './role.ts';

export const deleteRole: IamOperation<'DeleteRole'> = {
  access: accessToRole('iam:DeleteRole'),
  async handle(input, call, deps) {
    const row = await getEntity(deps, call, 'role', input.RoleName);
    await deleteEntity(deps, call, 'role', row, [
      {
        table: 'iam_instance_profiles',
        column: 'role_id',
        value: row.id,
        conflict: 'Cannot delete entity, must remove roles from instance profile first.',
      },
      ...policyHolders(row.id),
    ]);
    return {};
  },
};
