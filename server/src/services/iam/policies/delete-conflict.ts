/** Why a role or a user cannot be deleted yet. The sentences are as observed from IAM. */
import type { AwsError } from '../../../contract/aws-error.ts';
import type { Call } from '../../../contract/call.ts';
import type { IamDeps } from '../deps.ts';
import { listAttachedPolicies, type OwnerKey } from './policy-store.ts';

export async function deleteConflict(deps: IamDeps, call: Call, key: OwnerKey, cause: unknown): Promise<AwsError> {
  const attached = await listAttachedPolicies(deps.database, key);
  const first = attached.length > 0 ? 'must detach all policies first.' : 'must delete policies first.';
  return call.error('DeleteConflict', `Cannot delete entity, ${first}`, { cause });
}
