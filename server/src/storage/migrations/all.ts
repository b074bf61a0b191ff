/** Every migration in its order. */
import type { Migration } from '../migration.ts';
import { outbox } from './0001-outbox.ts';
import { iam } from './0002-iam.ts';
import { s3 } from './0003-s3.ts';
import { sagemakerJobs } from './0004-sagemaker-jobs.ts';
import { sagemakerRegistry } from './0005-sagemaker-registry.ts';
import { sagemakerEndpoints } from './0006-sagemaker-endpoints.ts';
import { cloudwatch } from './0007-cloudwatch.ts';
import { cloudwatchLogs } from './0008-cloudwatch-logs.ts';
import { s3Versions } from './0009-s3-versions.ts';
import { iamDepth } from './0010-iam-depth.ts';
import { s3BucketConfiguration } from './0011-s3-bucket-configuration.ts';
import { audit } from './0012-audit.ts';
import { jobLogOffsets } from './0013-job-log-offsets.ts';
import { sagemakerTags } from './0014-sagemaker-tags.ts';
import { sagemakerJobLists } from './0015-sagemaker-job-lists.ts';
import { sagemakerDeployments } from './0016-sagemaker-deployments.ts';

export const migrations: readonly Migration[] = [
  outbox,
  iam,
  s3,
  sagemakerJobs,
  sagemakerRegistry,
  sagemakerEndpoints,
  cloudwatch,
  cloudwatchLogs,
  s3Versions,
  iamDepth,
  s3BucketConfiguration,
  audit,
  jobLogOffsets,
  sagemakerTags,
  sagemakerJobLists,
  sagemakerDeployments,
];
