/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketTagging.html */
import type { S3Operation } from '../../deps.ts';
import { deletion } from '../change-configuration.ts';

export const deleteBucketTagging: S3Operation<'DeleteBucketTagging'> = deletion('tagging', 's3:PutBucketTagging');
