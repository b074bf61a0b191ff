/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketCors.html */
import type { S3Operation } from '../../deps.ts';
import { deletion } from '../change-configuration.ts';

export const deleteBucketCors: S3Operation<'DeleteBucketCors'> = deletion('cors', 's3:PutBucketCORS');
