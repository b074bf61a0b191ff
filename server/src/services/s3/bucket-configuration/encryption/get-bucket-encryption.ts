/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketEncryption.html: what was never set is S3's own keys. */
import { bucketAccess } from '../../access.ts';
import { getBucket } from '../../buckets/bucket.ts';
import type { S3Operation } from '../../deps.ts';

export const getBucketEncryption: S3Operation<'GetBucketEncryption'> = {
  access: bucketAccess('s3:GetEncryptionConfiguration'),
  async handle(input, call, deps) {
    const { configuration } = await getBucket(deps, call, input);
    const usual = {
      Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' as const }, BucketKeyEnabled: false }],
    };
    return { ServerSideEncryptionConfiguration: configuration.encryption ?? usual };
  },
};
