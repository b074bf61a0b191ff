/** SageMaker's migrations, in their order. */
import type { Migration } from '../../../storage/migration.ts';
import { sagemakerJobs } from './0004-sagemaker-jobs.ts';
import { sagemakerRegistry } from './0005-sagemaker-registry.ts';
import { sagemakerEndpoints } from './0006-sagemaker-endpoints.ts';
import { jobLogOffsets } from './0013-job-log-offsets.ts';
import { sagemakerTags } from './0014-sagemaker-tags.ts';
import { sagemakerJobLists } from './0015-sagemaker-job-lists.ts';
import { sagemakerDeployments } from './0016-sagemaker-deployments.ts';

export const sagemakerMigrations: readonly Migration[] = [
  sagemakerJobs,
  sagemakerRegistry,
  sagemakerEndpoints,
  jobLogOffsets,
  sagemakerTags,
  sagemakerJobLists,
  sagemakerDeployments,
];
