/** What IAM's operations work with. */
import type { Operation } from '../../contract/operation.ts';
import type { Sealer } from '../../kit/sealed.ts';
import type { OperationName } from '../../models/types.ts';
import type { Database } from '../../storage/database.ts';
import type { SubjectCache } from './subject-cache.ts';

export interface IamDeps {
  readonly database: Database;
  /** Seals secret access keys for the subject that is their access key id. */
  readonly accessKeySealer: Sealer;
  /** Roles and users with the policies that count for them. */
  readonly subjects: Pick<SubjectCache, 'findRole' | 'findUser'>;
  /** Reads of last uses wait for pending writes. */
  readonly lastUsed: { settled(): Promise<void> };
  /** Invalidates the identity caches. Call it after each write. */
  forget(): void;
}

export type IamOperation<N extends OperationName<'iam'>> = Operation<'iam', N, IamDeps>;
