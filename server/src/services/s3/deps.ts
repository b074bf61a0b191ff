/** What S3's operations work with. */

import type { Operation } from '../../contract/operation.ts';
import type { Outbox } from '../../engine/outbox.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Log } from '../../kit/log.ts';
import type { OperationName } from '../../models/types.ts';
import type { Blobs } from '../../storage/blobs.ts';
import type { Database } from '../../storage/database.ts';
import type { BucketCache } from './buckets/bucket-cache.ts';

export interface S3Resources {
  readonly database: Database;
  readonly blobs: Blobs;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly log: Log;
}

export interface S3Deps extends S3Resources {
  readonly buckets: BucketCache;
  /** Says that a write left blobs behind which may be free now. */
  collect(): void;
}

export type S3Operation<N extends OperationName<'s3'>> = Operation<'s3', N, S3Deps>;
