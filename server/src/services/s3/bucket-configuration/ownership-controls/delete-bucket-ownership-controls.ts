/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketOwnershipControls.html */
import type { S3Operation } from '../../deps.ts';
import { deletion } from '../change-configuration.ts';

export const deleteBucketOwnershipControls: S3Operation<'DeleteBucketOwnershipControls'> = deletion(
  'ownershipControls',
  's3:PutBucketOwnershipControls',
);
