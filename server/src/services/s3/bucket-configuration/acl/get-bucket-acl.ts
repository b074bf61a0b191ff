/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAcl.html */
import { bucketAccess } from '../../access.ts';
import { getBucket } from '../../buckets/bucket.ts';
import type { S3Operation } from '../../deps.ts';
import { ownersOnly } from './grants.ts';

export const getBucketAcl: S3Operation<'GetBucketAcl'> = {
  access: bucketAccess('s3:GetBucketAcl'),
  async handle(input, call, deps) {
    const { account, configuration } = await getBucket(deps, call, input);
    return configuration.acl ?? ownersOnly(account);
  },
};
