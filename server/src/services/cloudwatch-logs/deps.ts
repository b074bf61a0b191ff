/** What CloudWatch Logs' operations work with. */
import type { Operation } from '../../contract/operation.ts';
import type { OperationName } from '../../models/types.ts';
import type { Database } from '../../storage/database.ts';

export interface LogsDeps {
  readonly database: Database;
}

export type LogsOperation<N extends OperationName<'cloudwatch-logs'>> = Operation<'cloudwatch-logs', N, LogsDeps>;
