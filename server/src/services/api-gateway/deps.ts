/** What API Gateway's operations work with. */
import type { Operation } from '../../contract/operation.ts';
import type { OperationName } from '../../models/types.ts';
import type { Database } from '../../storage/database.ts';

export interface ApiGatewayDeps {
  readonly database: Database;
}

export type ApiGatewayOperation<N extends OperationName<'api-gateway'>> = Operation<'api-gateway', N, ApiGatewayDeps>;
