/**
 * How one service uses another: by calling its operations, in process, typed by AWS's model, validated and authorized like any other call.
 * There is no other way from one service to another.
 */
import type { ServiceName } from '../models/catalog.ts';
import type { Input, OperationName, Output } from '../models/types.ts';
import type { ServiceRoleRequest } from './identity.ts';
import type { Principal } from './principal.ts';

export interface Aws {
  /** Throws AwsError as a client would see it. A streamed body in the input may be a Readable; in the output it is what the operation answered. */
  call<S extends ServiceName, N extends OperationName<S>>(
    service: S,
    operation: N,
    input: Input<S, N>,
    signal?: AbortSignal,
  ): Promise<Output<S, N>>;
}

/** `account`: whose it is, for which the service acts. */
export interface SourceResource {
  readonly arn: string;
  readonly account: string;
  readonly region: string;
}

/** Creates an Aws client for a principal. For services that work outside a request (reconcilers). */
export interface AwsAccess {
  /** As this principal, in the platform's region unless another is named. `invokedBy` is the service that calls in the principal's name, for the audit trail. */
  as(principal: Principal, region?: string, invokedBy?: string): Aws;
  /** As the platform itself, for its own bookkeeping in an account (logs, metrics). Never for a user's data. */
  asService(account: string, servicePrincipal: string, region?: string): Aws;
  /** As a service that acts for a resource of a user (a bucket that notifies a function): what it calls must allow that. */
  asSource(servicePrincipal: string, source: SourceResource): Aws;
  /**
   * As a role that was passed to the service (iam:PassRole). Throws AwsError AccessDenied if the role is missing or does not trust the service for this
   * source.
   */
  asRole(request: ServiceRoleRequest): Promise<Aws>;
}
