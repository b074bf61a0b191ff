/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroupsForUser.html */
import type { IamOperation } from '../deps.ts';
import { getEntity } from '../entities/kinds.ts';
import { readPageRange, toPage } from '../page.ts';
import { accessToUser } from '../users/user.ts';
import { toGroup } from './group.ts';
import { listGroupsOf } from './member-store.ts';

export const listGroupsForUser: IamOperation<'ListGroupsForUser'> = {
  access: accessToUser('iam:ListGroupsForUser'),
  async handle(input, call, deps) {
    const user = await getEntity(deps, call, 'user', input.UserName);
    const range = readPageRange(input, call);
    const page = toPage(await listGroupsOf(deps.database, user, range), range, (row) => row.name);
    return { Groups: page.rows.map(toGroup), IsTruncated: page.IsTruncated, Marker: page.Marker };
  },
};
