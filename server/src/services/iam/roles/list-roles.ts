/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html */
import type { IamOperation } from '../deps.ts';
import { readPageRange, toPage } from '../page.ts';
import { formatRoleArn, toRole } from './role.ts';
import { listRoles as listRows } from './role-store.ts';

export const listRoles: IamOperation<'ListRoles'> = {
  access: (input, call) => [
    { action: 'iam:ListRoles', resource: formatRoleArn(call.account, input.PathPrefix, undefined) },
  ],
  async handle(input, call, deps) {
    const range = readPageRange(input, call);
    const rows = await listRows(deps.database, call.account, input.PathPrefix ?? '/', range);
    const page = toPage(rows, range, (row) => row.name);
    return { Roles: page.rows.map(toRole), IsTruncated: page.IsTruncated, Marker: page.Marker };
  },
};
