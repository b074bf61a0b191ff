/**
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketEncryption.html: what was never set is S3's own keys, or nothing where the platform's owner
 * set so (the answer that S3 gave before 2023).
 */
import { bucketAccess } from '../../access.ts';
import { getBucket } from '../../buckets/bucket.ts';
import type { S3Operation } from '../../deps.ts';

export const getBucketEncryption: S3Operation<'GetBucketEncryption'> = {
  access: bucketAccess('s3:GetEncryptionConfiguration'),
  async handle(input, call, deps) {
    const { configuration } = await getBucket(deps, call, input);
    if (configuration.encryption === undefined && deps.settings.defaultEncryption === 'none') {
      const message = 'The server side encryption configuration was not found';
      throw call.error('ServerSideEncryptionConfigurationNotFoundError', message, {
        status: 404,
        fields: { BucketName: input.Bucket },
      });
    }
    const usual = {
      Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' as const }, BucketKeyEnabled: false }],
    };
    return { ServerSideEncryptionConfiguration: configuration.encryption ?? usual };
  },
};
