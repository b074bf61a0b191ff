/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroups.html */
import type { IamOperation } from '../deps.ts';
import { listEntities } from '../entities/entity-store.ts';
import { formatEntityArn } from '../entities/kinds.ts';
import { readPageRange, toPage } from '../page.ts';
import { toGroup } from './group.ts';

export const listGroups: IamOperation<'ListGroups'> = {
  access: (input, call) => [
    { action: 'iam:ListGroups', resource: formatEntityArn(call, 'group', input.PathPrefix, undefined) },
  ],
  async handle(input, call, deps) {
    const range = readPageRange(input, call);
    const rows = await listEntities(deps.database, 'iam_groups', call.account, input.PathPrefix, range);
    const page = toPage(rows, range, (row) => row.name);
    return { Groups: page.rows.map(toGroup), IsTruncated: page.IsTruncated, Marker: page.Marker };
  },
};
