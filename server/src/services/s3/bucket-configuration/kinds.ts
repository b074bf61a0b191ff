/** A bucket's settings, in AWS's shapes, and S3's answer if one is not set. */
import type {
  AccessControlPolicy,
  CORSConfiguration,
  NotificationConfiguration,
  OwnershipControls,
  PublicAccessBlockConfiguration,
  ServerSideEncryptionConfiguration,
  Tagging,
} from '@aws-sdk/client-s3';
import type { LifecycleConfiguration } from './lifecycle-rules.ts';

export interface Configurations {
  tagging: Tagging;
  policy: { readonly Policy: string };
  publicAccessBlock: PublicAccessBlockConfiguration;
  ownershipControls: OwnershipControls;
  acl: AccessControlPolicy;
  cors: CORSConfiguration;
  encryption: ServerSideEncryptionConfiguration;
  lifecycle: LifecycleConfiguration;
  notification: NotificationConfiguration;
}

export type Kind = keyof Configurations;

/** What is set; what is not there was never set or is deleted. */
export type BucketConfiguration = { readonly [K in Kind]?: Configurations[K] };

/** Texts observed. */
export const missing = {
  tagging: ['NoSuchTagSet', 'The TagSet does not exist'],
  policy: ['NoSuchBucketPolicy', 'The bucket policy does not exist'],
  publicAccessBlock: ['NoSuchPublicAccessBlockConfiguration', 'The public access block configuration was not found'],
  ownershipControls: ['OwnershipControlsNotFoundError', 'The bucket ownership controls were not found'],
  cors: ['NoSuchCORSConfiguration', 'The CORS configuration does not exist'],
  lifecycle: ['NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist'],
} as const satisfies { [K in Kind]?: readonly [code: string, message: string] };

/** JSON has no dates; those of lifecycle rules are the only ones. */
export function parseConfiguration(kind: string, document: string): unknown {
  if (kind !== 'lifecycle') return JSON.parse(document);
  return JSON.parse(document, (key, value) => (key === 'Date' ? new Date(value) : value));
}
