/** What CloudWatch's operations work with. */
import type { Operation } from '../../contract/operation.ts';
import type { OperationName } from '../../models/types.ts';
import type { Database } from '../../storage/database.ts';

export interface CloudWatchDeps {
  readonly database: Database;
}

export type CloudWatchOperation<N extends OperationName<'cloudwatch'>> = Operation<'cloudwatch', N, CloudWatchDeps>;
