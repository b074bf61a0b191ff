import type { Migration } from '../../../../storage/migration.ts';
import { reportChanges } from '../../../../storage/postgres/change-topics.ts';

/** What a route is made of, and which runs have credentials. */
export const sagemakerChanges: Migration = {
  name: '0025-sagemaker-changes',
  statements: [
    ...reportChanges('sagemaker-endpoints', [
      { table: 'sagemaker_endpoints' },
      { table: 'sagemaker_replicas', except: 'log\\_offset' },
      { table: 'sagemaker_tags' },
    ]),
    // A trigger of each name is one a table: replicas report to the topic above, which ends their runs, too.
    ...reportChanges('sagemaker-jobs', [{ table: 'sagemaker_jobs' }]),
  ],
};
