/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetGroup.html: the group, and its users page by page. */
import type { IamOperation } from '../deps.ts';
import { getEntity } from '../entities/kinds.ts';
import { readPageRange, toPage } from '../page.ts';
import { toUser } from '../users/user.ts';
import { accessToGroup, toGroup } from './group.ts';
import { listMembers } from './member-store.ts';

export const getGroup: IamOperation<'GetGroup'> = {
  access: accessToGroup('iam:GetGroup'),
  async handle(input, call, deps) {
    const group = await getEntity(deps, call, 'group', input.GroupName);
    const range = readPageRange(input, call);
    const page = toPage(await listMembers(deps.database, group, range), range, (row) => row.name);
    return {
      Group: toGroup(group),
      Users: page.rows.map(toUser),
      IsTruncated: page.IsTruncated,
      Marker: page.Marker,
    };
  },
};
