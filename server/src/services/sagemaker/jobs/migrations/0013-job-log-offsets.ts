/** A job can have several runs: each has its own offset in its own log. */
import type { Migration } from '../../../../storage/migration.ts';

export const jobLogOffsets: Migration = {
  name: '0013-job-log-offsets',
  statements: [
    `alter table sagemaker_jobs add column log_offsets text not null default '{}'`,
    { sqlite: `update sagemaker_jobs set log_offsets = json_object('algo-1', log_offset)`, postgres: undefined },
    'alter table sagemaker_jobs drop column log_offset',
  ],
};
