/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketAnalyticsConfigurations.html */
import type { S3Operation } from '../../deps.ts';
import { unconfigured } from './unconfigured.ts';

export const listBucketAnalyticsConfigurations: S3Operation<'ListBucketAnalyticsConfigurations'> = unconfigured(
  's3:GetAnalyticsConfiguration',
  { IsTruncated: false },
);
