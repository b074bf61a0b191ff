import type { Migration } from '../../../storage/migration.ts';
import { reportChanges } from '../../../storage/postgres/change-topics.ts';

/** Everything that functions/function-store.ts keeps in memory. */
export const lambdaChanges: Migration = {
  name: '0027-lambda-changes',
  statements: reportChanges('lambda-functions', [
    { table: 'lambda_functions' },
    { table: 'lambda_versions' },
    { table: 'lambda_settings' },
  ]),
};
