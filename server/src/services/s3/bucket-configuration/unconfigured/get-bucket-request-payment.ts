/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketRequestPayment.html */
import type { S3Operation } from '../../deps.ts';
import { unconfigured } from './unconfigured.ts';

export const getBucketRequestPayment: S3Operation<'GetBucketRequestPayment'> = unconfigured(
  's3:GetBucketRequestPayment',
  { Payer: 'BucketOwner' },
);
