/** A table of the same operations, with their permissions changed by `change`. Synchronous if both are. */
import type { Call } from '../../contract/call.ts';
import type { Access, Operation } from '../../contract/operation.ts';
import type { OperationTable } from '../../contract/service.ts';
import type { S3Deps } from './deps.ts';

type Table = OperationTable<'s3', S3Deps>;
type AnyOperation = Operation<'s3', never, S3Deps>;

export type ChangeAccess = (
  access: readonly Access[],
  input: unknown,
  call: Call,
  deps: S3Deps,
) => readonly Access[] | Promise<readonly Access[]>;

export function withChangedAccess(table: Table, change: ChangeAccess): Table {
  const entries = Object.entries(table) as [string, AnyOperation][];
  const changed = (operation: AnyOperation): AnyOperation => ({
    ...operation,
    access(input, call, deps) {
      const asked = operation.access(input, call, deps);
      return asked instanceof Promise
        ? asked.then((found) => change(found, input, call, deps))
        : change(asked, input, call, deps);
    },
    handle: (input, call, deps) => operation.handle(input, call, deps),
  });
  return Object.fromEntries(entries.map(([name, operation]) => [name, changed(operation)])) as Table;
}
