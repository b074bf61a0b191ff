/** One AWS operation: the permissions that it needs and its handler. Each is in a file of its own and registered in its service's table. */
import type { ServiceName } from '../models/catalog.ts';
import type { Input, OperationName, Output } from '../models/types.ts';
import type { AuditClass, AuditDeclaration } from './audit-class.ts';
import type { Call } from './call.ts';

/** A condition key's value, or its values where it may have several; `undefined` says that the key is known to be absent. */
export type ContextValue = string | readonly string[] | undefined;

/** One permission that a call needs, in the terms of AWS's service authorization reference. */
export interface Access {
  /** For example `sagemaker:CreateTrainingJob`. */
  readonly action: string;
  /** The ARN acted on, or `*` where AWS defines no resource. */
  readonly resource: string;
  /** Condition keys that the service adds, for example `{ 'iam:PassedToService': 'sagemaker.amazonaws.com' }`. */
  readonly context?: Readonly<Record<string, ContextValue>> | undefined;
  /** All tags of the resource, for `aws:ResourceTag/…`. Left out where they are not known: conditions on them then fail safe. */
  readonly resourceTags?: Readonly<Record<string, string>> | undefined;
  /**
   * Whose the resource is and its own policy as JSON text, where it has one. With it callers of other accounts can be let in, and the
   * account's root can be kept out. Left out where the resource can only be of the caller's account and has no policy.
   */
  readonly resourcePolicy?:
    | {
        readonly account: string;
        readonly document?: string | undefined;
        /** Other services that act for a resource of a user need this policy's permission, too (a function's invokers). */
        readonly asksServices?: boolean;
      }
    | undefined;
}

export interface Operation<S extends ServiceName, N extends OperationName<S>, Deps> {
  /** What the audit trail must know and the operation's name does not say: acts on data, returns credentials, reads or writes. */
  readonly audit?: AuditDeclaration;
  /**
   * Every permission that this call needs; all must be allowed. Runs before validation: it must not throw on missing members.
   * An empty list means that any caller may call whom the gateway admits: an authenticated one (sts:GetCallerIdentity), or an anonymous one where the
   * service names the operation (contract/anonymous.ts).
   */
  access(input: Input<S, N>, call: Call, deps: Deps): readonly Access[] | Promise<readonly Access[]>;
  /** Does it. Throws `call.error(code, message)` for an answer that is an error. */
  handle(input: Input<S, N>, call: Call, deps: Deps): Promise<Output<S, N>> | Output<S, N>;
}

/** An operation bound to its service's dependencies, as the gateway sees it: values are already AWS's shapes. */
export interface BoundOperation {
  readonly audit: AuditClass;
  access(input: unknown, call: Call): readonly Access[] | Promise<readonly Access[]>;
  handle(input: unknown, call: Call): Promise<unknown> | unknown;
}
