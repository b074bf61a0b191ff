/** HTTP in, the pipeline, HTTP out. The few paths below /_clary are the platform's own and say nothing that is not meant for anybody. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { uuid } from '../kit/ids.ts';
import type { Log } from '../kit/log.ts';
import type { WireRequest, WireResponse } from '../wire/protocol.ts';
import { type Door, openDoor } from './door.ts';
import { type DoorLimits, usualLimits } from './limits.ts';
import { answer, type Outcome, type PipelineDeps } from './pipeline.ts';
import { beyondLimits, giveUpStalled, lingering, onDemand, refuseUnparsed } from './threshold.ts';

/** Answers a path below /_clary; undefined where there is none such. */
export type OwnPath = (request: {
  method: string;
  path: string;
  headers: WireRequest['headers'];
}) => Promise<WireResponse | undefined> | WireResponse | undefined;

export interface GatewayOptions {
  readonly host: string;
  readonly port: number;
  /** Asked for each request: a reset puts others in their place. */
  readonly deps: () => PipelineDeps;
  readonly own: OwnPath;
  readonly log: Log;
  /** Buckets are hosts below it. */
  readonly domain?: string;
  /** In PEM. Where there is one, TLS is spoken on the same port. */
  readonly certificate?: { readonly key: string; readonly cert: string };
  readonly limits?: DoorLimits;
}

export interface Gateway {
  readonly port: number;
  readonly renewCertificate: Door['renew'] | undefined;
  /** Takes no more requests, waits for those under way. */
  stop(): Promise<void>;
}

function headersOf(request: IncomingMessage): Record<string, string> {
  // Node has joined repeated headers already; set-cookie alone is a list, and no request has it.
  return request.headers as Record<string, string>;
}

async function send(response: ServerResponse, method: string, { status, headers, body }: WireResponse): Promise<void> {
  if (body instanceof Readable) {
    response.writeHead(status, headers);
    if (method === 'HEAD') {
      body.destroy();
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
    await lingering(response.req);
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

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { deps, own, log, domain = 'localhost', limits = usualLimits }: GatewayOptions,
  stream: Readable = request,
): Promise<void> {
  const started = performance.now();
  response.on('timeout', giveUpStalled.bind(undefined, response));
  const url = request.url ?? '/';
  const question = url.indexOf('?');
  const head = {
    method: request.method ?? 'GET',
    path: question === -1 ? url : url.slice(0, question),
    query: question === -1 ? '' : url.slice(question + 1),
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
  const requestId = uuid();
  const outcome = await answer(
    {
      head,
      stream,
      refused: beyondLimits(request, limits),
      requestId,
      sourceIp: request.socket.remoteAddress ?? '',
      secure: 'encrypted' in request.socket,
      signal,
    },
    deps(),
  );
  if (!request.complete) {
    // The body was refused unread: the connection cannot be used again.
    outcome.response.headers.connection = 'close';
  }
  await send(response, head.method, outcome.response);
  record(log, request, outcome, started);
}

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { log, certificate, limits = usualLimits } = options;
  const server = createServer({
    noDelay: true,
    keepAliveTimeout: limits.keepAliveMs,
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: limits.checkMs,
  });
  const take = (request: IncomingMessage, response: ServerResponse, stream: Readable = request) => {
    serve(request, response, options, stream).catch((error) => {
      // A client that goes away in the middle of an answer is no fault of ours.
      if (!response.destroyed) log.warn('an answer could not be sent', { error });
      response.destroy();
    });
  };
  server.on('request', (request, response) => take(request, response));
  server.on('checkContinue', (request, response) => take(request, response, onDemand(request, response)));
  server.on('clientError', (error, socket) => {
    // As Node does it where nobody listens: not into the middle of an answer.
    const { _httpMessage: underway } = socket as { _httpMessage?: ServerResponse };
    if (socket.writable && !underway?.headersSent) socket.end(refuseUnparsed(error, limits.headerBytes));
    else socket.destroy();
  });
  server.setTimeout(limits.stalledMs);
  const { headersMs: firstByteMs, handshakeMs } = limits;
  const door = certificate && openDoor(server, { certificate, firstByteMs, handshakeMs });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    renewCertificate: door?.renew,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        door?.close();
        setTimeout(() => server.closeAllConnections(), 5000).unref();
      }),
  };
}
