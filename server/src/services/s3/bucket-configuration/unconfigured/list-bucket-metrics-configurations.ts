/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketMetricsConfigurations.html */
import type { S3Operation } from '../../deps.ts';
import { unconfigured } from './unconfigured.ts';

export const listBucketMetricsConfigurations: S3Operation<'ListBucketMetricsConfigurations'> = unconfigured(
  's3:GetMetricsConfiguration',
  { IsTruncated: false },
);
