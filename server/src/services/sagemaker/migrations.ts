/** SageMaker's migrations, in their order. */
import type { Migration } from '../../storage/migration.ts';
import { sagemakerEndpoints } from './inference/migrations/0006-sagemaker-endpoints.ts';
import { sagemakerDeployments } from './inference/migrations/0016-sagemaker-deployments.ts';
import { sagemakerChanges } from './inference/migrations/0025-sagemaker-changes.ts';
import { sagemakerJobs } from './jobs/migrations/0004-sagemaker-jobs.ts';
import { jobLogOffsets } from './jobs/migrations/0013-job-log-offsets.ts';
import { sagemakerJobLists } from './jobs/migrations/0015-sagemaker-job-lists.ts';
import { sagemakerRegistry } from './registry/migrations/0005-sagemaker-registry.ts';
import { sagemakerTags } from './tags/migrations/0014-sagemaker-tags.ts';

export const sagemakerMigrations: readonly Migration[] = [
  sagemakerJobs,
  sagemakerRegistry,
  sagemakerEndpoints,
  jobLogOffsets,
  sagemakerTags,
  sagemakerJobLists,
  sagemakerDeployments,
  sagemakerChanges,
];
