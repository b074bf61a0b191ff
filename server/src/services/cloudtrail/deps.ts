/** What CloudTrail's operations and its trail work with. */
import type { Operation } from '../../contract/operation.ts';
import type { Background } from '../../engine/background.ts';
import type { Schedules } from '../../engine/schedules.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Log } from '../../kit/log.ts';
import type { OperationName } from '../../models/types.ts';
import type { Database } from '../../storage/database.ts';

/** The dependencies from platform.ts. */
export interface CloudTrailResources {
  readonly database: Database;
  readonly background: Background;
  readonly schedules: Schedules;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: CloudTrailSettings;
}

export interface CloudTrailSettings {
  /** Record data events that read. */
  readonly auditReads: boolean;
  /** Record data events that write. */
  readonly auditWrites: boolean;
}

export interface CloudTrailDeps extends CloudTrailResources {
  /** What waits in memory is written, so that a look-up finds it. */
  flush(): Promise<void>;
}

export type CloudTrailOperation<N extends OperationName<'cloudtrail'>> = Operation<'cloudtrail', N, CloudTrailDeps>;

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html: the event history of 90 days. */
export const historyMs = 90 * 86_400_000;
