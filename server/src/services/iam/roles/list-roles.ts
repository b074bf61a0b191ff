/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html */
import type { IamOperation } from '../deps.ts';
import { listEntities } from '../entities/entity-store.ts';
import { formatEntityArn } from '../entities/kinds.ts';
import { readPageRange, toPage } from '../page.ts';
import { toRole } from './role.ts';

export const listRoles: IamOperation<'ListRoles'> = {
  access: (input, call) => [
    { action: 'iam:ListRoles', resource: formatEntityArn(call, 'role', input.PathPrefix, undefined) },
  ],
  async handle(input, call, deps) {
    const range = readPageRange(input, call);
    const rows = await listEntities(deps.database, 'iam_roles', call.account, input.PathPrefix, range);
    const page = toPage(rows, range, (row) => row.name);
    return {
      Roles: await Promise.all(page.rows.map((row) => toRole(deps, row))),
      IsTruncated: page.IsTruncated,
      Marker: page.Marker,
    };
  },
};
