/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteInstanceProfile.html; the sentence is as observed from IAM. */
import type { IamOperation } from '../deps.ts';
import { getEntity } from '../entities/kinds.ts';
import { deleteEntity } from '../entities/lifecycle.ts';
import { accessToInstanceProfile } from './instance-profile.ts';

export const deleteInstanceProfile: IamOperation<'DeleteInstanceProfile'> = {
  access: accessToInstanceProfile('iam:DeleteInstanceProfile'),
  async handle(input, call, deps) {
    const row = await getEntity(deps, call, 'instance-profile', input.InstanceProfileName);
    const conflict = 'Cannot delete entity, must remove roles from instance profile first.';
    await deleteEntity(deps, call, 'instance-profile', row, [
      { table: 'iam_instance_profiles', column: 'id', value: row.id, filled: 'role_id', conflict },
    ]);
    return {};
  },
};
