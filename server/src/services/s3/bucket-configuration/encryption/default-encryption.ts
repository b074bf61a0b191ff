/**
 * How a bucket's objects are encrypted where their requests do not say. At AWS every object is (https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html);
 * here, too, unless the platform's owner set otherwise.
 */
import type { Bucket } from '../../buckets/bucket-cache.ts';
import type { Encryption } from '../../bytes/encryption.ts';
import { managedKeyArn } from './managed-key.ts';

export interface EncryptionSettings {
  readonly defaultEncryption: 'AES256' | 'none';
}

/** Undefined: not at all. */
export function defaultEncryptionOf(bucket: Bucket, settings: EncryptionSettings): Encryption | undefined {
  const rule = bucket.configuration.encryption?.Rules?.[0];
  if (rule === undefined) return settings.defaultEncryption === 'none' ? undefined : { kind: 'AES256' };
  if (rule.ApplyServerSideEncryptionByDefault?.SSEAlgorithm !== 'aws:kms') return { kind: 'AES256' };
  return { kind: 'aws:kms', keyId: managedKeyArn(bucket), ...(rule.BucketKeyEnabled ? { bucketKey: true } : {}) };
}
