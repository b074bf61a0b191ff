import type { Migration } from '../../../../storage/migration.ts';

/** Jobs of all kinds: the columns of queries, and the request and the job's state as JSON. */
export const sagemakerJobs: Migration = {
  name: '0004-sagemaker-jobs',
  statements: [
    `create table sagemaker_jobs (
      arn text primary key, kind text not null, account text not null, region text not null, name text not null,
      status text not null, phase text not null, created_at integer not null, modified_at integer not null,
      revision integer not null, log_offset integer not null, request text not null, state text not null
    ) strict, without rowid`,
    'create index sagemaker_jobs_by_name on sagemaker_jobs (kind, account, region, name)',
    'create index sagemaker_jobs_by_phase on sagemaker_jobs (kind, phase)',
  ],
};
