/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html: nothing where versioning was never enabled. */
import { bucketAccess } from '../access.ts';
import { getBucket } from '../buckets/bucket.ts';
import type { S3Operation } from '../deps.ts';

export const getBucketVersioning: S3Operation<'GetBucketVersioning'> = {
  access: bucketAccess('s3:GetBucketVersioning'),
  async handle(input, call, deps) {
    const { versioning } = await getBucket(deps, call, input);
    return versioning === 'Unversioned' ? {} : { Status: versioning };
  },
};
