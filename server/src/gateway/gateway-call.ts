/** One request's Call. Members that few operations need (logger, abort signal, other services) are made on first use. */

import type { Access } from '../contract/access.ts';
import type { Aws, AwsAccess } from '../contract/aws.ts';
import { AwsError, type AwsErrorOptions } from '../contract/aws-error.ts';
import type { Call, CallFacts } from '../contract/call.ts';
import type { Decision } from '../contract/identity.ts';
import type { Principal } from '../contract/principal.ts';
import type { Log } from '../kit/log.ts';
import { eventSource, type ServiceName } from '../models/catalog.ts';

/** Identity's decision, with the condition keys of the request. */
export type Decide = (access: readonly Access[], call: Call) => Decision | Promise<Decision>;

export class GatewayCall implements Call {
  readonly service: ServiceName;
  readonly operation: string;
  readonly account: string;
  readonly region: string;
  readonly principal: Principal;
  readonly requestId: string;
  readonly now: Date;
  readonly sourceIp: string;
  readonly secure: boolean;
  readonly #log: Log;
  readonly #access: AwsAccess;
  readonly #signal: () => AbortSignal;
  readonly #decide: Decide;

  constructor(facts: CallFacts, log: Log, access: AwsAccess, signal: () => AbortSignal, decide: Decide) {
    this.service = facts.service;
    this.operation = facts.operation;
    this.account = facts.principal.account;
    this.region = facts.region;
    this.principal = facts.principal;
    this.requestId = facts.requestId;
    this.now = facts.now;
    this.sourceIp = facts.sourceIp;
    this.secure = facts.secure;
    this.#log = log;
    this.#access = access;
    this.#signal = signal;
    this.#decide = decide;
  }

  get log(): Log {
    return this.#log.with({ requestId: this.requestId, operation: this.operation });
  }

  get signal(): AbortSignal {
    return this.#signal();
  }

  get aws(): Aws {
    return this.#access.as(this.principal, this.region, eventSource(this.service));
  }

  authorize(access: readonly Access[]): Decision | Promise<Decision> {
    return this.#decide(access, this);
  }

  error(code: string, message: string, options?: AwsErrorOptions): AwsError {
    return new AwsError(code, message, options);
  }
}
