/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html: us-east-1 is an empty answer. */
import type { BucketLocationConstraint, CreateBucketRequest } from '@aws-sdk/client-s3';
import { bucketAccess } from '../access.ts';
import type { S3Operation } from '../deps.ts';
import { getBucket } from './bucket.ts';
import { firstRegion } from './regions.ts';

export const getBucketLocation: S3Operation<'GetBucketLocation'> = {
  access: bucketAccess('s3:GetBucketLocation'),
  async handle(input, call, deps) {
    const { region, document } = await getBucket(deps, call, input);
    // `EU` is answered as it was requested (observed).
    const { CreateBucketConfiguration: asked } = JSON.parse(document) as CreateBucketRequest;
    if (asked?.LocationConstraint === 'EU') return { LocationConstraint: 'EU' };
    return { LocationConstraint: region === firstRegion ? undefined : (region as BucketLocationConstraint) };
  },
};
