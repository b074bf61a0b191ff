/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html */
import { bucketAccess } from '../../access.ts';
import { getBucket } from '../../buckets/bucket.ts';
import type { S3Operation } from '../../deps.ts';
import { getConfiguration } from '../change-configuration.ts';
import { refuseStrangers } from './owners-only.ts';

export const getBucketPolicy: S3Operation<'GetBucketPolicy'> = {
  access: bucketAccess('s3:GetBucketPolicy'),
  async handle(input, call, deps) {
    refuseStrangers(await getBucket(deps, call, input), call);
    return getConfiguration(deps, call, input, 'policy');
  },
};
