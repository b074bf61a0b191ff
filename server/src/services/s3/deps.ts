/** What S3's operations work with. */

import type { AwsAccess } from '../../contract/aws.ts';
import type { Operation } from '../../contract/operation.ts';
import type { Background } from '../../engine/background.ts';
import type { Outbox } from '../../engine/outbox.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Log } from '../../kit/log.ts';
import type { OperationName } from '../../models/types.ts';
import type { Blobs } from '../../storage/blobs.ts';
import type { Changes } from '../../storage/changes.ts';
import type { Database } from '../../storage/database.ts';
import type { EncryptionSettings } from './bucket-configuration/encryption/default-encryption.ts';
import type { BucketCache } from './buckets/bucket-cache.ts';
import type { Pins } from './bytes/pins.ts';
import type { Md5Thread } from './checksums/md5-thread.ts';

export interface S3Resources {
  readonly database: Database;
  readonly blobs: Blobs;
  readonly outbox: Outbox;
  readonly aws: AwsAccess;
  readonly background: Background;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly settings: EncryptionSettings;
  /** 32 bytes that the keys of encrypted objects come from. */
  readonly objectSecret: Uint8Array;
  readonly log: Log;
}

export interface S3Deps extends S3Resources {
  readonly pins: Pins;
  readonly buckets: BucketCache;
  readonly md5Thread: Md5Thread;
  /** Says that a write left blobs behind which may be free now. */
  collect(): void;
  /** Says that a bucket's lifecycle rules have changed. */
  applyRules(bucket: string): void;
}

export type S3Operation<N extends OperationName<'s3'>> = Operation<'s3', N, S3Deps>;
