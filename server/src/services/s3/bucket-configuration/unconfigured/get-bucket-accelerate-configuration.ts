/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAccelerateConfiguration.html */
import type { S3Operation } from '../../deps.ts';
import { unconfigured } from './unconfigured.ts';

export const getBucketAccelerateConfiguration: S3Operation<'GetBucketAccelerateConfiguration'> = unconfigured(
  's3:GetAccelerateConfiguration',
  {},
);
