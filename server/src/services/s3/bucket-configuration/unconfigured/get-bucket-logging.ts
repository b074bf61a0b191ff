/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLogging.html */
import type { S3Operation } from '../../deps.ts';
import { unconfigured } from './unconfigured.ts';

export const getBucketLogging: S3Operation<'GetBucketLogging'> = unconfigured('s3:GetBucketLogging', {});
