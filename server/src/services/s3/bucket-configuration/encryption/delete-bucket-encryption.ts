/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketEncryption.html: back to S3's own keys, since there is no unencrypted object. */
import type { S3Operation } from '../../deps.ts';
import { deletion } from '../change-configuration.ts';

export const deleteBucketEncryption: S3Operation<'DeleteBucketEncryption'> = deletion(
  'encryption',
  's3:PutEncryptionConfiguration',
);
