/** Everything that an operation may know of the request around it. There is no global clock, logger or environment. */
import type { Log } from '../kit/log.ts';
import type { ServiceName } from '../models/catalog.ts';
import type { Access } from './access.ts';
import type { Aws } from './aws.ts';
import type { AwsError, AwsErrorOptions } from './aws-error.ts';
import type { Decision } from './identity.ts';
import type { Principal } from './principal.ts';

export interface CallFacts {
  readonly service: ServiceName;
  readonly operation: string;
  readonly region: string;
  readonly principal: Principal;
  readonly requestId: string;
  readonly now: Date;
  readonly sourceIp: string;
  /** Whether the request came over TLS. */
  readonly secure: boolean;
}

export interface Call extends CallFacts {
  readonly account: string;
  readonly log: Log;
  /** Aborts when the client disconnects or the server stops. */
  readonly signal: AbortSignal;
  /** Whether the caller may do all of this. An operation's `access` is checked before it begins; this is for operations that decide per item (DeleteObjects). */
  authorize(access: readonly Access[]): Decision | Promise<Decision>;
  /** Other services, as the caller. */
  readonly aws: Aws;
  /** The answer that is an error, to be thrown. */
  error(code: string, message: string, options?: AwsErrorOptions): AwsError;
}
