/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAnalyticsConfiguration.html */
import type { S3Operation } from '../../deps.ts';
import { noSuchId } from './unconfigured.ts';

export const getBucketAnalyticsConfiguration: S3Operation<'GetBucketAnalyticsConfiguration'> =
  noSuchId('s3:GetAnalyticsConfiguration');
