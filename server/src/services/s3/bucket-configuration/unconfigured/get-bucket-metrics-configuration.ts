/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketMetricsConfiguration.html */
import type { S3Operation } from '../../deps.ts';
import { noSuchId } from './unconfigured.ts';

export const getBucketMetricsConfiguration: S3Operation<'GetBucketMetricsConfiguration'> =
  noSuchId('s3:GetMetricsConfiguration');
