/** One request on its way through the gateway: what came in, what is known of it so far, what goes out. */
import type { Readable } from 'node:stream';
import type { Audit } from '../contract/audit.ts';
import type { AwsAccess } from '../contract/aws.ts';
import type { AwsError } from '../contract/aws-error.ts';
import type { Identity } from '../contract/identity.ts';
import type { Principal } from '../contract/principal.ts';
import type { Service } from '../contract/service.ts';
import type { Clock } from '../kit/clock.ts';
import type { Log } from '../kit/log.ts';
import type { ServiceName } from '../models/catalog.ts';
import type { ServiceModel } from '../models/service-model.ts';
import type { WireRequest, WireResponse } from '../wire/protocol.ts';
import type { RequestFormat } from './format.ts';

export interface PipelineDeps {
  readonly services: ReadonlyMap<ServiceName, Service>;
  readonly identity: Identity;
  readonly access: AwsAccess;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly log: Log;
  /** Set: signatures are not verified (gateway/authenticators/any-credentials.ts). The value is the account of callers whose key names none. */
  readonly anyCredentialsAccount?: string;
}

export type RequestHead = Omit<WireRequest, 'body'>;

export interface Incoming {
  readonly head: RequestHead;
  readonly stream: Readable;
  readonly requestId: string;
  readonly sourceIp: string;
  /** Set if the head alone is refused. */
  readonly refused?: AwsError | undefined;
  /** Whether the request came over TLS. */
  readonly secure: boolean;
  readonly signal: () => AbortSignal;
}

/** What the steps read, and what they find out. An error is answered, and the log is written, with what is known when it is thrown. */
export interface Exchange {
  readonly incoming: Incoming;
  readonly deps: PipelineDeps;
  format: RequestFormat;
  /** The service in the signature's scope. */
  signingName: string;
  service?: Service | undefined;
  model?: ServiceModel;
  operation?: string;
  principal?: Principal;
}

/** An authenticated request that may be parsed and performed. */
export interface Admitted {
  readonly request: WireRequest;
  readonly principal: Principal;
  readonly region: string;
  /** Where the answer has another form than the operation's. */
  readonly finish?: (answer: WireResponse) => WireResponse;
}

/** The answer and what the debug log says of it. */
export interface Outcome {
  readonly response: WireResponse;
  service?: ServiceName;
  operation?: string;
  principal?: string;
  error?: string;
}
