/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketNotificationConfiguration.html: without any it is empty, and no error. */
import { bucketAccess } from '../../access.ts';
import { getBucket } from '../../buckets/bucket.ts';
import type { S3Operation } from '../../deps.ts';

export const getBucketNotificationConfiguration: S3Operation<'GetBucketNotificationConfiguration'> = {
  access: bucketAccess('s3:GetBucketNotification'),
  async handle(input, call, deps) {
    const { configuration } = await getBucket(deps, call, input);
    return configuration.notification ?? {};
  },
};
