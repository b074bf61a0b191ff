/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketWebsite.html */
import type { S3Operation } from '../../deps.ts';
import { notFound } from './unconfigured.ts';

export const getBucketWebsite: S3Operation<'GetBucketWebsite'> = notFound(
  's3:GetBucketWebsite',
  'NoSuchWebsiteConfiguration',
  'The specified bucket does not have a website configuration',
);
