/**
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveUserFromGroup.html. Of a user that is not in the group: no error
 * (observed: https://github.com/cloud-custodian/cloud-custodian/pull/4730).
 */
import type { IamOperation } from '../deps.ts';
import { getEntity } from '../entities/kinds.ts';
import { accessToGroup } from './group.ts';
import { removeMember } from './member-store.ts';

export const removeUserFromGroup: IamOperation<'RemoveUserFromGroup'> = {
  access: accessToGroup('iam:RemoveUserFromGroup'),
  async handle(input, call, deps) {
    const group = await getEntity(deps, call, 'group', input.GroupName);
    const user = await getEntity(deps, call, 'user', input.UserName);
    await deps.database.write([removeMember(group.id, user.id)]);
    deps.forget();
    return {};
  },
};
