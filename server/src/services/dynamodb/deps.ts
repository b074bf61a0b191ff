/** What DynamoDB's operations work with. */
import type { AwsAccess } from '../../contract/aws.ts';
import type { Operation } from '../../contract/operation.ts';
import type { Background } from '../../engine/background.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Log } from '../../kit/log.ts';
import type { OperationName } from '../../models/types.ts';
import type { Changes } from '../../storage/changes.ts';
import type { Database } from '../../storage/database.ts';
import type { ItemCache } from './items/item-cache.ts';
import type { Turns } from './items/turns.ts';
import type { TableMetrics } from './metrics.ts';
import type { TableCache } from './tables/table-cache.ts';

export interface DynamoDbResources {
  readonly database: Database;
  readonly aws: AwsAccess;
  readonly background: Background;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly log: Log;
  /** How long metrics may wait in memory. */
  readonly settings: { readonly tableMetricsFlushMs: number };
}

export interface DynamoDbDeps extends DynamoDbResources {
  readonly tables: TableCache;
  readonly items: ItemCache;
  readonly turns: Turns;
  readonly metrics: TableMetrics;
  /** Says that a table has work: it is not ACTIVE, or an index of it. */
  wake(table: number): void;
  /** Until the work of a table that was begun is done; a second at most. */
  settled(table: number): Promise<void>;
}

export type DynamoDbOperation<N extends OperationName<'dynamodb'>> = Operation<'dynamodb', N, DynamoDbDeps>;
