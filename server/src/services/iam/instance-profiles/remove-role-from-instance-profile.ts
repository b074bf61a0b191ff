/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveRoleFromInstanceProfile.html */
import { Conflict } from '../../../storage/database.ts';
import type { IamOperation } from '../deps.ts';
import { getEntity, noSuch } from '../entities/kinds.ts';
import { accessToInstanceProfile } from './instance-profile.ts';
import { emptyProfile } from './profile-store.ts';

export const removeRoleFromInstanceProfile: IamOperation<'RemoveRoleFromInstanceProfile'> = {
  access: accessToInstanceProfile('iam:RemoveRoleFromInstanceProfile'),
  async handle(input, call, deps) {
    const profile = await getEntity(deps, call, 'instance-profile', input.InstanceProfileName);
    const role = await getEntity(deps, call, 'role', input.RoleName);
    try {
      await deps.database.write([emptyProfile(profile.id, role.id)]);
    } catch (error) {
      if (error instanceof Conflict) throw noSuch(call, 'role', input.RoleName);
      throw error;
    }
    return {};
  },
};
