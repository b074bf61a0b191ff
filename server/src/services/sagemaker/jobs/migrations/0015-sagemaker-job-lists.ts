import type { Migration } from '../../../../storage/migration.ts';

/**
 * An index for each order in which jobs are listed and searched. Each holds every column of a list's conditions, so that no document (several KB each) is
 * read for a job that is not shown. Tags are indexed by key, for suggestions.
 */
const others = (...columns: string[]) =>
  ['created_at', 'modified_at', 'name', 'status'].filter((column) => !columns.includes(column)).join(', ');

export const sagemakerJobLists: Migration = {
  name: '0015-sagemaker-job-lists',
  statements: [
    ...['name', 'status', 'modified_at'].map(
      (column) =>
        `create index sagemaker_jobs_listed_by_${column} on sagemaker_jobs (kind, account, region, ${column}, arn, ${others(column)})`,
    ),
    // Replaced by the index by name above, which begins with the same columns.
    'drop index sagemaker_jobs_by_name',
    'create index sagemaker_tags_by_key on sagemaker_tags (key, arn)',
  ],
};
