/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketLifecycle.html */
import type { S3Operation } from '../../deps.ts';
import { deletion } from '../change-configuration.ts';

export const deleteBucketLifecycle: S3Operation<'DeleteBucketLifecycle'> = deletion(
  'lifecycle',
  's3:PutLifecycleConfiguration',
);
