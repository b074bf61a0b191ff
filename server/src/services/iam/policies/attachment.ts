/** Managed policies on roles and users: what the Attach… and Detach… operations have in common. */
import type { Call } from '../../../contract/call.ts';
import { Conflict, type Statement } from '../../../storage/database.ts';
import type { IamDeps } from '../deps.ts';
import { findManagedPolicy } from '../managed-policies.ts';
import { attachPolicy, detachPolicy, type OwnerKey } from './policy-store.ts';

/** `requireOwner` misses where the owner is gone. */
export async function attach(
  deps: IamDeps,
  call: Call,
  key: OwnerKey,
  policyArn: string,
  requireOwner: Statement,
  noSuchOwner: () => Error,
): Promise<void> {
  if (!findManagedPolicy(policyArn)) {
    throw call.error('NoSuchEntity', `Policy ${policyArn} does not exist or is not attachable.`);
  }
  try {
    await deps.database.write([
      requireOwner,
      attachPolicy({ account: key.account, owner: key.owner, owner_name: key.name, policy_arn: policyArn }),
    ]);
  } catch (error) {
    if (error instanceof Conflict) throw noSuchOwner();
    throw error;
  }
  deps.forget();
}

export async function detach(deps: IamDeps, call: Call, key: OwnerKey, policyArn: string): Promise<void> {
  try {
    await deps.database.write([detachPolicy(key, policyArn)]);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    throw call.error('NoSuchEntity', `Policy ${policyArn} was not found.`, { cause: error });
  }
  deps.forget();
}
