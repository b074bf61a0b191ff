/**
 * Requests of an application's own clients, which no AWS protocol describes: a function URL (`<url-id>.lambda-url.<region>.localhost`), a stage of an API
 * (`<api-id>.execute-api.<region>.localhost/<stage>/…`, `/restapis/<api-id>/<stage>/_user_request_/…`). The service takes them by host or path, reads the
 * raw body and writes the whole answer, OPTIONS and error answers included. They are not in the audit trail, unless the service calls an operation
 * for them.
 */
import type { Readable } from 'node:stream';
import type { Log } from '../kit/log.ts';
import type { Access } from './access.ts';
import type { Aws } from './aws.ts';
import type { Decision } from './identity.ts';
import type { Principal } from './principal.ts';

export interface WebRoutes {
  /**
   * The route of a request, undefined for one that is not for this service. Called for every request before all other steps: synchronous, looks at host
   * and path only, allocates nothing for requests of others. Whether the API or the function exists is decided in `handle`. The first service that
   * returns a route gets the request.
   */
  match(head: WebRequestHead): WebRoute | undefined;
}

export interface WebRoute {
  /** The service in the scope of a signature for this route: `lambda`, `execute-api`. */
  readonly signingName: string;
  /** A larger body is refused with 413. */
  readonly maxBodyBytes: number;
  /** Throws AwsError for an answer `{"message": …}` with the error's status; any other throw answers 500. */
  handle(request: WebRequest): Promise<WebResponse>;
}

export interface WebRequestHead {
  readonly method: string;
  /** As received, percent-encoding kept, without the query. */
  readonly path: string;
  /** As received, without the question mark. */
  readonly query: string;
  /** Names in lower case; repeated headers joined by ",". */
  readonly headers: Readonly<Record<string, string>>;
  /** The domain of the platform's own hosts, besides `localhost`. */
  readonly domain?: string;
}

export interface WebRequest extends WebRequestHead {
  readonly requestId: string;
  readonly sourceIp: string;
  /** Whether the request came over TLS. */
  readonly secure: boolean;
  readonly now: Date;
  readonly log: Log;
  /** Aborts when the client disconnects or the server stops. */
  readonly signal: AbortSignal;
  /** The whole body, as received. Read at the first call. */
  body(): Promise<Uint8Array>;
  /**
   * The caller by the request's signature (Version 4, header or query); undefined for a request without one. Throws AwsError if the signature does not
   * match, its key is unknown, or its scope names another service. Not called for a route without authentication: there the Authorization header is the
   * application's.
   */
  caller(): Promise<WebCaller | undefined>;
}

export interface WebCaller {
  readonly principal: Principal;
  /** The region in the signature's scope. */
  readonly region: string;
  /** Whether the caller may do all of this. */
  authorize(access: readonly Access[]): Decision | Promise<Decision>;
  /** Other services, as the caller. */
  readonly aws: Aws;
}

export interface WebResponse {
  readonly status: number;
  /** Names in lower case. The gateway adds content-length, and nothing else. */
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | Readable | string | undefined;
}
