/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddUserToGroup.html */
import { Conflict } from '../../../storage/database.ts';
import type { IamOperation } from '../deps.ts';
import { requireEntity } from '../entities/entity-store.ts';
import { getEntity, noSuch } from '../entities/kinds.ts';
import { accessToGroup } from './group.ts';
import { addMember, requireMembershipQuota } from './member-store.ts';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const quota = 10;

export const addUserToGroup: IamOperation<'AddUserToGroup'> = {
  access: accessToGroup('iam:AddUserToGroup'),
  async handle(input, call, deps) {
    const group = await getEntity(deps, call, 'group', input.GroupName);
    const user = await getEntity(deps, call, 'user', input.UserName);
    try {
      await deps.database.write([
        requireEntity('iam_groups', group.id),
        requireEntity('iam_users', user.id),
        addMember(group.id, user.id),
        requireMembershipQuota(group.id, user.id, quota),
      ]);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      if (error.index === 0) throw noSuch(call, 'group', group.name);
      if (error.index === 1) throw noSuch(call, 'user', user.name);
      throw call.error('LimitExceeded', `Cannot exceed quota for GroupsPerUser: ${quota}`, { cause: error });
    }
    deps.forget();
    return {};
  },
};
