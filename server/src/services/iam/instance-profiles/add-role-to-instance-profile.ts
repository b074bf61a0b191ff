/**
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddRoleToInstanceProfile.html: one role a profile. Adding a role passes it,
 * so iam:PassRole is required too.
 */
import { Conflict } from '../../../storage/database.ts';
import type { IamOperation } from '../deps.ts';
import { requireEntity } from '../entities/entity-store.ts';
import { getEntity, noSuch } from '../entities/kinds.ts';
import { accessToRole } from '../roles/role.ts';
import { accessToInstanceProfile } from './instance-profile.ts';
import { fillProfile } from './profile-store.ts';

export const addRoleToInstanceProfile: IamOperation<'AddRoleToInstanceProfile'> = {
  async access(input, call, deps) {
    const passRole = await accessToRole('iam:PassRole')({ RoleName: input.RoleName }, call, deps);
    const toEc2 = passRole.map((one) => ({
      ...one,
      context: { ...one.context, 'iam:PassedToService': 'ec2.amazonaws.com' },
    }));
    return [...(await accessToInstanceProfile('iam:AddRoleToInstanceProfile')(input, call, deps)), ...toEc2];
  },
  async handle(input, call, deps) {
    const profile = await getEntity(deps, call, 'instance-profile', input.InstanceProfileName);
    const role = await getEntity(deps, call, 'role', input.RoleName);
    try {
      await deps.database.write([
        requireEntity('iam_roles', role.id),
        requireEntity('iam_instance_profiles', profile.id),
        fillProfile(profile.id, role.id),
      ]);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      if (error.index === 0) throw noSuch(call, 'role', role.name);
      if (error.index === 1) throw noSuch(call, 'instance-profile', profile.name);
      const message = 'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1';
      throw call.error('LimitExceeded', message, { cause: error });
    }
    return {};
  },
};
