/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfiles.html */
import type { IamOperation } from '../deps.ts';
import { listEntities } from '../entities/entity-store.ts';
import { formatEntityArn } from '../entities/kinds.ts';
import { readPageRange, toPage } from '../page.ts';
import { toInstanceProfile } from './instance-profile.ts';

export const listInstanceProfiles: IamOperation<'ListInstanceProfiles'> = {
  access: (input, call) => [
    {
      action: 'iam:ListInstanceProfiles',
      resource: formatEntityArn(call, 'instance-profile', input.PathPrefix, undefined),
    },
  ],
  async handle(input, call, deps) {
    const range = readPageRange(input, call);
    const rows = await listEntities(deps.database, 'iam_instance_profiles', call.account, input.PathPrefix, range);
    const page = toPage(rows, range, (row) => row.name);
    return {
      InstanceProfiles: await Promise.all(page.rows.map((row) => toInstanceProfile(deps, row))),
      IsTruncated: page.IsTruncated,
      Marker: page.Marker,
    };
  },
};
