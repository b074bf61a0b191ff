/**
 * How a bucket's objects are encrypted where their requests do not say. Every object is: https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
 * There is one key per account and region under aws:kms, the one that AWS calls aws/s3.
 */
import { hash } from 'node:crypto';
import type { Bucket } from '../../buckets/bucket-cache.ts';

type KeyScope = Pick<Bucket, 'account' | 'region'>;

interface DefaultEncryption {
  readonly algorithm: 'AES256' | 'aws:kms';
  /** The key's ARN, under aws:kms. */
  readonly kmsKeyId: string | undefined;
  readonly bucketKeyEnabled: boolean;
}

export function defaultEncryptionOf(bucket: Bucket): DefaultEncryption {
  const rule = bucket.configuration.encryption?.Rules?.[0];
  const bucketKeyEnabled = rule?.BucketKeyEnabled ?? false;
  if (rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm !== 'aws:kms') {
    return { algorithm: 'AES256', kmsKeyId: undefined, bucketKeyEnabled };
  }
  return { algorithm: 'aws:kms', kmsKeyId: managedKeyArn(bucket), bucketKeyEnabled };
}

export function managedKeyArn({ account, region }: KeyScope): string {
  const digest = hash('sha256', `aws/s3 ${account} ${region}`);
  const id = [
    digest.slice(0, 8),
    digest.slice(8, 12),
    digest.slice(12, 16),
    digest.slice(16, 20),
    digest.slice(20, 32),
  ];
  return `arn:aws:kms:${region}:${account}:key/${id.join('-')}`;
}

/** Whether a KMSMasterKeyID names that key, in any of the forms that AWS takes. */
export function isManagedKey(name: string, scope: KeyScope): boolean {
  const arn = managedKeyArn(scope);
  const alias = `arn:aws:kms:${scope.region}:${scope.account}:alias/aws/s3`;
  return [arn, arn.slice(arn.indexOf('/') + 1), 'alias/aws/s3', alias].includes(name);
}
