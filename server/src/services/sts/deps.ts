/** What STS's operations work with: sessions, which the IAM service provides. */
import type { Sessions } from '../../contract/identity.ts';
import type { Operation } from '../../contract/operation.ts';
import type { OperationName } from '../../models/types.ts';

export interface StsDeps {
  readonly sessions: Sessions;
}

export type StsOperation<N extends OperationName<'sts'>> = Operation<'sts', N, StsDeps>;
