/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketInventoryConfiguration.html */
import type { S3Operation } from '../../deps.ts';
import { noSuchId } from './unconfigured.ts';

export const getBucketInventoryConfiguration: S3Operation<'GetBucketInventoryConfiguration'> =
  noSuchId('s3:GetInventoryConfiguration');
