/** AWS's protocols as pure functions between bytes and values. Nothing here knows a service's behaviour. */
import type { Readable } from 'node:stream';
import type { AwsError } from '../contract/aws-error.ts';
import type { ProtocolName } from '../models/catalog.ts';
import type { OperationModel, ServiceModel } from '../models/service-model.ts';
import type { DocumentCost } from './document-cost.ts';

export interface WireRequest {
  readonly method: string;
  /** As received, percent-encoding kept, without the query. */
  readonly path: string;
  /** As received, without the question mark. */
  readonly query: string;
  /** Names in lower case; repeated headers joined by ",". */
  readonly headers: Readonly<Record<string, string>>;
  /** Hosts may be below this domain, besides AWS's own and `localhost`. */
  readonly domain?: string;
  /** Gathered, or the decoded stream where the operation's input is streamed; still compressed if its content-encoding is gzip. */
  readonly body: Uint8Array | Readable;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | Readable | string | undefined;
}

export interface AnswerContext {
  readonly requestId: string;
  /** Of the request that is answered, where there was one: S3's errors name it, and answer HEAD without a body. */
  readonly method?: string;
}

export interface Protocol {
  readonly name: ProtocolName;
  /** Of a document, before it is parsed. */
  readonly cost: DocumentCost;
  /**
   * Whether the request is in this protocol and for this service, and which operation it names: the name may be one that the model does not have.
   * Only headers, path and query are looked at, except by `query`, which needs the gathered form body.
   */
  operationOf(model: ServiceModel, request: WireRequest): string | undefined;
  /** Bytes to AWS's input shape. Throws AwsError (SerializationException, MalformedXML, MalformedQueryString …) for a document that is not well-formed. */
  parse(model: ServiceModel, operation: OperationModel, request: WireRequest): unknown;
  serialize(model: ServiceModel, operation: OperationModel, output: unknown, context: AnswerContext): WireResponse;
  serializeError(
    model: ServiceModel | undefined,
    error: AwsError,
    status: number,
    context: AnswerContext,
  ): WireResponse;
}
