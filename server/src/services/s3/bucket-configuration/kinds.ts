/** What a bucket may be set to, in AWS's shapes as JSON keeps them: a date is its text. */
import type {
  AccessControlPolicy,
  CORSConfiguration,
  NotificationConfiguration,
  OwnershipControls,
  PublicAccessBlockConfiguration,
  ServerSideEncryptionConfiguration,
  Tag,
} from '@aws-sdk/client-s3';

export interface Configurations {
  tagging: { readonly TagSet: readonly Tag[] };
  policy: { readonly Policy: string };
  publicAccessBlock: PublicAccessBlockConfiguration;
  ownershipControls: OwnershipControls;
  acl: AccessControlPolicy;
  cors: CORSConfiguration;
  encryption: ServerSideEncryptionConfiguration;
  notification: NotificationConfiguration;
}

export type Kind = keyof Configurations;

/** What is set; what is not there was never set or is deleted. */
export type BucketConfiguration = { readonly [K in Kind]?: Configurations[K] };
