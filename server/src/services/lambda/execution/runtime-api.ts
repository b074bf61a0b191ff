/**
 * The Runtime API of one execution environment: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 * It listens on a socket that only this environment's sandbox sees. What comes from it is a user's program's: never trusted, and limited.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 6 MB, and what AWS adds for its own envelope. */
export const responseLimit = 6_291_556;

export interface Invocation {
  readonly requestId: string;
  readonly payload: Uint8Array;
  /** As it was invoked: with the version or the alias that the caller named. */
  readonly arn: string;
  readonly deadlineMs: number;
  readonly clientContext?: string | undefined;
  readonly traceId: string;
}

export interface Answer {
  readonly kind: 'response' | 'error';
  readonly body: Buffer;
}

export interface RuntimeApiEvents {
  /** The runtime asks for an invocation. The first time its initialization is over. */
  ready(): void;
  answered(answer: Answer): void;
  initFailed(body: Buffer): void;
}

export interface RuntimeApi {
  /** To a runtime that is ready. */
  deliver(invocation: Invocation): void;
  close(): void;
}

/** `at`: the path of a Unix socket. */
export async function serveRuntimeApi(at: string, events: RuntimeApiEvents): Promise<RuntimeApi> {
  let asking: ServerResponse | undefined;
  let current: Invocation | undefined;

  function end(response: ServerResponse, status: number, body: object): void {
    const text = JSON.stringify(body);
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
    response.end(text);
  }
  const refuse = (response: ServerResponse, status: number, errorType: string, errorMessage: string) =>
    end(response, status, { errorType, errorMessage });

  async function answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const [, id = '', what = ''] = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    if (!current || current.requestId !== id) return refuse(response, 400, 'InvalidRequestID', 'Invalid request ID');
    const body = await collect(request);
    if (current?.requestId !== id) return refuse(response, 400, 'InvalidRequestID', 'Invalid request ID');
    current = undefined;
    if (body === undefined) {
      refuse(response, 413, 'RequestEntityTooLarge', `Exceeded maximum allowed payload size (${responseLimit} bytes).`);
      const errorMessage = `Response payload size exceeded maximum allowed payload size (${responseLimit} bytes).`;
      const text = JSON.stringify({ errorMessage, errorType: 'Function.ResponseSizeTooLarge' });
      events.answered({ kind: 'error', body: Buffer.from(text) });
      return;
    }
    end(response, 202, { status: 'OK' });
    events.answered({ kind: what as 'response', body });
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    if (request.method === 'GET' && path === '/2018-06-01/runtime/invocation/next') {
      asking = response;
      events.ready();
      return;
    }
    if (request.method === 'POST' && path === '/2018-06-01/runtime/init/error') {
      const body = await collect(request);
      end(response, 202, { status: 'OK' });
      events.initFailed(body ?? Buffer.from('{}'));
      return;
    }
    if (request.method === 'POST') return answer(request, response, path);
    refuse(response, 404, 'NotFound', 'There is no such resource.');
  }

  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  server.requestTimeout = 0;
  server.timeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, resolve);
  });
  return {
    deliver(invocation) {
      const response = asking;
      if (!response) throw new Error('the runtime is not ready');
      asking = undefined;
      current = invocation;
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': invocation.payload.length,
        'lambda-runtime-aws-request-id': invocation.requestId,
        'lambda-runtime-deadline-ms': String(invocation.deadlineMs),
        'lambda-runtime-invoked-function-arn': invocation.arn,
        'lambda-runtime-trace-id': invocation.traceId,
        ...(invocation.clientContext && { 'lambda-runtime-client-context': invocation.clientContext }),
      });
      response.end(invocation.payload);
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Undefined where there is more than a response may have: the rest is read and forgotten. */
async function collect(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length <= responseLimit) parts.push(part);
  }
  return length <= responseLimit ? Buffer.concat(parts) : undefined;
}
