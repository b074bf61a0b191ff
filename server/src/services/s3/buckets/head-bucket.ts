/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html */
import { bucketAccess, bucketArn } from '../access.ts';
import type { S3Operation } from '../deps.ts';
import { getBucket } from './bucket.ts';

export const headBucket: S3Operation<'HeadBucket'> = {
  audit: { data: true },
  access: bucketAccess('s3:ListBucket'),
  async handle(input, call, deps) {
    const bucket = await getBucket(deps, call, input);
    return { BucketRegion: bucket.region, BucketArn: bucketArn(bucket, bucket.name), AccessPointAlias: false };
  },
};
