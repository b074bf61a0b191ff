/** A service as the gateway sees it: a name from the catalog, a table of operations, and traits. */
import type { ServiceName } from '../models/catalog.ts';
import type { OperationName } from '../models/types.ts';
import { auditClassOf } from './audit-class.ts';
import type { BoundOperation, Operation } from './operation.ts';
import type { ServiceTraits } from './traits.ts';

export interface Service {
  readonly name: ServiceName;
  /** Operations by AWS's name. Every other operation answers 501. */
  readonly operations: ReadonlyMap<string, BoundOperation>;
  readonly traits?: ServiceTraits;
}

/** A service's table: the compiler checks each name and each operation's types against AWS's model. */
export type OperationTable<S extends ServiceName, Deps> = {
  readonly [N in OperationName<S>]?: Operation<S, N, Deps>;
};

export function defineService<S extends ServiceName, Deps>(
  name: S,
  deps: Deps,
  table: OperationTable<S, Deps>,
  traits: ServiceTraits = {},
): Service {
  return { name, operations: bindOperations(deps, table), traits };
}

/** A part of a service's table, for a service whose parts have dependencies of their own. */
export function bindOperations<S extends ServiceName, Deps>(
  deps: Deps,
  table: OperationTable<S, Deps>,
): ReadonlyMap<string, BoundOperation> {
  const operations = new Map<string, BoundOperation>();
  for (const [operationName, operation] of Object.entries(table) as [string, Operation<S, never, Deps>][]) {
    operations.set(operationName, {
      audit: auditClassOf(operationName, operation.audit),
      access: (input, call) => operation.access(input as never, call, deps),
      handle: (input, call) => operation.handle(input as never, call, deps),
    });
  }
  return operations;
}
