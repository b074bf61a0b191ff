/**
 * What decides about a call beside the caller's own policies, added to the permissions of every operation, so that no operation has to do it: in this order
 * tags of objects (condition keys), the bucket's policy and grants, grants of objects, the rights of an upload's initiator.
 */
import type { Operation } from '../../../contract/operation.ts';
import type { OperationTable } from '../../../contract/service.ts';
import type { S3Deps } from '../deps.ts';
import { addBucketPolicies } from './bucket-policies.ts';
import type { ChangeAccess } from './change-access.ts';
import { addInitiatorGrants } from './initiator-grants.ts';
import { addObjectGrants } from './object-grants.ts';
import { addObjectTags } from './object-tags.ts';

type Table = OperationTable<'s3', S3Deps>;
type AnyOperation = Operation<'s3', never, S3Deps>;

const additions: readonly ChangeAccess[] = [addObjectTags, addBucketPolicies, addObjectGrants, addInitiatorGrants];

export function withAuthorization(table: Table): Table {
  const entries = Object.entries(table) as [string, AnyOperation][];
  return Object.fromEntries(entries.map(([name, operation]) => [name, changed(operation)])) as Table;
}

const changed = (operation: AnyOperation): AnyOperation => ({
  ...operation,
  access: (input, call, deps) =>
    additions.reduce(
      (access, add) =>
        access instanceof Promise
          ? access.then((known) => add(known, input, call, deps))
          : add(access, input, call, deps),
      operation.access(input, call, deps),
    ),
});
