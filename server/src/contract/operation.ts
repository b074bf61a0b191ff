/** One AWS operation: the permissions that it needs and its handler. Each is in a file of its own and registered in its service's table. */
import type { ServiceName } from '../models/catalog.ts';
import type { Input, OperationName, Output } from '../models/types.ts';
import type { Access } from './access.ts';
import type { AuditClass, AuditDeclaration } from './audit-class.ts';
import type { Call } from './call.ts';

export type { Access, ContextValue } from './access.ts';

export interface Operation<S extends ServiceName, N extends OperationName<S>, Deps> {
  /** What the audit trail must know and the operation's name does not say: acts on data, returns credentials, reads or writes. */
  readonly audit?: AuditDeclaration;
  /**
   * Every permission that this call needs; all must be allowed. Runs before validation: it must not throw on missing members.
   * With an empty list every caller that the gateway admits may call: an authenticated one (sts:GetCallerIdentity), or an anonymous one where the
   * service accepts it (contract/anonymous.ts).
   */
  access(input: Input<S, N>, call: Call, deps: Deps): readonly Access[] | Promise<readonly Access[]>;
  /** Runs the operation. Throws `call.error(code, message)` for an answer that is an error. */
  handle(input: Input<S, N>, call: Call, deps: Deps): Promise<Output<S, N>> | Output<S, N>;
}

/** An operation bound to its service's dependencies, as the gateway sees it: values are already AWS's shapes. */
export interface BoundOperation {
  readonly audit: AuditClass;
  access(input: unknown, call: Call): readonly Access[] | Promise<readonly Access[]>;
  handle(input: unknown, call: Call): Promise<unknown> | unknown;
}
