/** HTTP in, the pipeline, HTTP out. The paths below /_clary are the platform's own; their answers are public. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { uuid } from '../kit/ids.ts';
import type { Log } from '../kit/log.ts';
import type { WireRequest, WireResponse } from '../wire/protocol.ts';
import { bodyAfterContinue, closeStalled, discardRest, headRefusal, refuseUnparsed } from './connection.ts';
import type { Incoming, Outcome, PipelineDeps } from './exchange.ts';
import { type ConnectionLimits, usualLimits } from './limits.ts';
import { type Listener, openListener } from './listener.ts';
import { answer } from './pipeline.ts';

/** Answers a path below /_clary; undefined for an unknown path. */
export type OwnPath = (request: {
  method: string;
  path: string;
  headers: WireRequest['headers'];
}) => Promise<WireResponse | undefined> | WireResponse | undefined;

export interface GatewayOptions {
  readonly host: string;
  readonly port: number;
  /** Called for each request: a reset replaces them, and requests wait until it has finished. */
  readonly deps: () => PipelineDeps | Promise<PipelineDeps>;
  readonly own: OwnPath;
  readonly log: Log;
  /** Buckets are hosts below this domain. */
  readonly domain?: string;
  /** In PEM. If present, the same port also serves TLS. */
  readonly certificate?: { readonly key: string; readonly cert: string };
  readonly limits?: ConnectionLimits;
}

export interface Gateway {
  readonly port: number;
  /** Resolves when no request is running; paths below /_clary do not count. Waits five seconds at most. */
  idle(): Promise<void>;
  readonly renewCertificate: Listener['renew'] | undefined;
  /** Accepts no more requests, and waits for the running ones. */
  stop(): Promise<void>;
}

function headersOf(request: IncomingMessage): Record<string, string> {
  // Node has joined repeated headers already; set-cookie alone is a list, and no request has it.
  const headers = request.headers as Record<string, string>;
  if (Object.keys(headers).length * 2 === request.rawHeaders.length) return headers;
  const joined = { ...headers };
  for (const [name, values = []] of Object.entries(request.headersDistinct)) {
    // Node joins with a space after the comma, signatures are made without it.
    if (headers[name] === values.join(', ')) joined[name] = values.join(',');
  }
  return joined;
}

/** A body that can be sent more cheaply than as a stream. */
interface Pump {
  pump(write: (chunk: Uint8Array) => Promise<void>): Promise<void>;
}

const isPump = (body: object): body is Pump => 'pump' in body && typeof body.pump === 'function';

/** Resolves when the chunk was passed to the socket. */
function writerOf(response: ServerResponse): (chunk: Uint8Array) => Promise<void> {
  return (chunk) =>
    new Promise((resolve, reject) => {
      response.write(chunk, (error) => (error ? reject(error) : resolve()));
    });
}

/** content-disposition first: after a content-length Node reads it as Latin-1 and writes it as UTF-8, or fails. */
const orderedHeaders = ({ 'content-disposition': disposition, ...others }: WireResponse['headers']) =>
  disposition === undefined ? others : { 'content-disposition': disposition, ...others };

async function send(response: ServerResponse, method: string, answer: WireResponse): Promise<void> {
  const { status, body } = answer;
  const headers = orderedHeaders(answer.headers);
  if (body instanceof Readable) {
    response.writeHead(status, headers);
    if (method === 'HEAD') {
      body.destroy();
      response.end();
    } else if (isPump(body)) {
      await body.pump(writerOf(response));
      response.end();
    } else await pipeline(body, response);
    return;
  }
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  if (bytes && headers['content-length'] === undefined) headers['content-length'] = String(bytes.length);
  else if (!bytes && method !== 'HEAD' && status !== 204 && status !== 304) headers['content-length'] ??= '0';
  response.writeHead(status, headers);
  if (headers.connection === 'close' && !response.req.complete) {
    if (method === 'HEAD' || !bytes) response.flushHeaders();
    else response.write(bytes);
    await discardRest(response.req);
    response.end();
  } else if (method === 'HEAD' || !bytes) response.end();
  else response.end(bytes);
}

function record(log: Log, request: IncomingMessage, { response, ...facts }: Outcome, started: number): void {
  log.debug('call', {
    ...facts,
    method: request.method,
    status: response.status,
    ms: Math.round((performance.now() - started) * 1000) / 1000,
  });
}

/** The number of running requests, and what is called when there are none. */
interface Running {
  count: number;
  onIdle?: () => void;
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { deps, own, log, domain = 'localhost', limits = usualLimits }: GatewayOptions,
  running: Running,
  stream: Readable = request,
): Promise<void> {
  const started = performance.now();
  response.on('timeout', closeStalled.bind(undefined, response));
  const url = request.url ?? '/';
  const queryAt = url.indexOf('?');
  const head = {
    method: request.method ?? 'GET',
    path: queryAt === -1 ? url : url.slice(0, queryAt),
    query: queryAt === -1 ? '' : url.slice(queryAt + 1),
    headers: headersOf(request),
    domain,
  };
  if (head.path.startsWith('/_clary/')) {
    const answered = await own(head);
    await send(response, head.method, answered ?? { status: 404, headers: {}, body: 'There is nothing here.\n' });
    return;
  }
  let aborting: AbortController | undefined;
  const signal = () => {
    if (!aborting) {
      aborting = new AbortController();
      response.once('close', () => aborting?.abort());
    }
    return aborting.signal;
  };
  const current = deps();
  const ready = current instanceof Promise ? await current : current;
  const incoming = {
    head,
    stream,
    refused: headRefusal(request, limits),
    requestId: uuid(),
    sourceIp: request.socket.remoteAddress ?? '',
    secure: 'encrypted' in request.socket,
    signal,
  };
  running.count++;
  try {
    await respond(request, response, ready, incoming, { log, started });
  } finally {
    running.count--;
    if (running.count === 0) running.onIdle?.();
  }
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  deps: PipelineDeps,
  incoming: Incoming,
  { log, started }: { readonly log: Log; readonly started: number },
): Promise<void> {
  const outcome = await answer(incoming, deps);
  if (!request.complete) {
    // The body was refused unread: the connection cannot be used again.
    outcome.response.headers.connection = 'close';
  }
  await send(response, incoming.head.method, outcome.response);
  record(log, request, outcome, started);
}

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { log, certificate, limits = usualLimits } = options;
  const running = { count: 0 } as Running;
  const server = createServer({
    noDelay: true,
    keepAliveTimeout: limits.keepAliveMs,
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: limits.checkMs,
  });
  // A client may close its side when its request is sent, and still wait for the answer.
  Object.assign(server, { httpAllowHalfOpen: true });
  const accept = (request: IncomingMessage, response: ServerResponse, stream: Readable = request) => {
    serve(request, response, options, running, stream).catch((error) => {
      // A client that disconnects during an answer is not an error of the server.
      if (!response.destroyed) log.warn('gateway: response could not be sent', { error });
      response.destroy();
    });
  };
  server.on('request', (request, response) => accept(request, response));
  server.on('checkContinue', (request, response) => accept(request, response, bodyAfterContinue(request, response)));
  // S3 ignores an unknown expectation; Node would answer 417.
  server.on('checkExpectation', (request, response) => accept(request, response));
  server.on('clientError', (error, socket) => {
    // Like Node without a listener for this event: never writes into the middle of an answer.
    const { _httpMessage: current } = socket as { _httpMessage?: ServerResponse };
    if (socket.writable && !current?.headersSent) socket.end(refuseUnparsed(error, limits.headerBytes));
    else socket.destroy();
  });
  server.setTimeout(limits.stalledMs);
  const { headersMs: firstByteMs, handshakeMs } = limits;
  const listener = certificate && openListener(server, { certificate, firstByteMs, handshakeMs });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    idle: () =>
      new Promise((resolve) => {
        if (running.count === 0) return resolve();
        running.onIdle = resolve;
        setTimeout(resolve, 5000).unref();
      }),
    renewCertificate: listener?.renew,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        listener?.close();
        setTimeout(() => server.closeAllConnections(), 5000).unref();
      }),
  };
}
