/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html */
import type { IamOperation } from '../deps.ts';
import { readPageRange, toPage } from '../page.ts';
import { formatUserArn, toUser } from './user.ts';
import { listUsers as listRows } from './user-store.ts';

export const listUsers: IamOperation<'ListUsers'> = {
  access: (input, call) => [
    { action: 'iam:ListUsers', resource: formatUserArn(call.account, input.PathPrefix, undefined) },
  ],
  async handle(input, call, deps) {
    const range = readPageRange(input, call);
    const rows = await listRows(deps.database, call.account, input.PathPrefix ?? '/', range);
    const page = toPage(rows, range, (row) => row.name);
    return { Users: page.rows.map(toUser), IsTruncated: page.IsTruncated, Marker: page.Marker };
  },
};
