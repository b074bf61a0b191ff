/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfilesForRole.html */
import type { IamOperation } from '../deps.ts';
import { getEntity } from '../entities/kinds.ts';
import { readPageRange, toPage } from '../page.ts';
import { accessToRole } from '../roles/role.ts';
import { toInstanceProfile } from './instance-profile.ts';
import { listProfilesOf } from './profile-store.ts';

export const listInstanceProfilesForRole: IamOperation<'ListInstanceProfilesForRole'> = {
  access: accessToRole('iam:ListInstanceProfilesForRole'),
  async handle(input, call, deps) {
    const role = await getEntity(deps, call, 'role', input.RoleName);
    const range = readPageRange(input, call);
    const page = toPage(await listProfilesOf(deps.database, role, range), range, (row) => row.name);
    return {
      InstanceProfiles: await Promise.all(page.rows.map((row) => toInstanceProfile(deps, row))),
      IsTruncated: page.IsTruncated,
      Marker: page.Marker,
    };
  },
};
