import type { Migration } from '../../../storage/migration.ts';
import { reportChanges } from '../../../storage/postgres/change-topics.ts';

const lastUse = 'last\\_used%';

/** Everything that subject-cache.ts keeps in memory. */
export const iamChanges: Migration = {
  name: '0023-iam-changes',
  statements: reportChanges('iam', [
    { table: 'iam_roles', except: lastUse },
    { table: 'iam_access_keys', except: lastUse },
    ...[
      'iam_users',
      'iam_groups',
      'iam_group_members',
      'iam_inline_policies',
      'iam_attached_policies',
      'iam_policies',
      'iam_policy_versions',
      'iam_tags',
    ].map((table) => ({ table })),
  ]),
};
