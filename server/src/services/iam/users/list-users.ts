/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html */
import type { IamOperation } from '../deps.ts';
import { listEntities } from '../entities/entity-store.ts';
import { formatEntityArn } from '../entities/kinds.ts';
import { readPageRange, toPage } from '../page.ts';
import { toUser } from './user.ts';

export const listUsers: IamOperation<'ListUsers'> = {
  access: (input, call) => [
    { action: 'iam:ListUsers', resource: formatEntityArn(call, 'user', input.PathPrefix, undefined) },
  ],
  async handle(input, call, deps) {
    const range = readPageRange(input, call);
    const rows = await listEntities(deps.database, 'iam_users', call.account, input.PathPrefix, range);
    const page = toPage(rows, range, (row) => row.name);
    return { Users: page.rows.map(toUser), IsTruncated: page.IsTruncated, Marker: page.Marker };
  },
};
