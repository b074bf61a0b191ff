/** What policies can be attached to: users, groups and roles. Their operations differ only in the name's member. */
import type { Call } from '../../../contract/call.ts';
import type { IamDeps } from '../deps.ts';
import { requireEntity } from '../entities/entity-store.ts';
import { getEntity, kinds } from '../entities/kinds.ts';
import type { Holder } from '../entities/lifecycle.ts';
import type { Owner } from '../tables.ts';

/** One user, group or role. */
export interface PolicyOwner {
  readonly kind: Owner;
  readonly account: string;
  readonly id: string;
  readonly name: string;
}

export async function getOwner(deps: IamDeps, call: Call, kind: Owner, name: string): Promise<PolicyOwner> {
  const { account, id, name: ownName } = await getEntity(deps, call, kind, name);
  return { kind, account, id, name: ownName };
}

/** Fails the write if the owner was deleted by then. */
export const requireOwner = (owner: PolicyOwner) => requireEntity(kinds[owner.kind].table, owner.id);

/** Policies keep their owner from being deleted. The sentences are as observed from IAM. */
export const policyHolders = (ownerId: string): Holder[] => [
  {
    table: 'iam_attached_policies',
    column: 'owner_id',
    value: ownerId,
    conflict: 'Cannot delete entity, must detach all policies first.',
  },
  {
    table: 'iam_inline_policies',
    column: 'owner_id',
    value: ownerId,
    conflict: 'Cannot delete entity, must delete policies first.',
  },
];
