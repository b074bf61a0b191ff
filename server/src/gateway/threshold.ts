/** What happens to a request before and behind the pipeline: too long a head, too slow a body, a body that is not read. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { AwsError } from '../contract/aws-error.ts';
import { uuid } from '../kit/ids.ts';
import { restXml } from '../wire/rest-xml.ts';
import type { ConnectionLimits } from './limits.ts';

const tooLong = (allowed: number) =>
  new AwsError('RequestHeaderSectionTooLarge', 'Your request header section exceeds the maximum allowed size.', {
    status: 400,
    fields: { MaxSizeAllowed: allowed },
  });

const timedOut = () =>
  new AwsError(
    'RequestTimeout',
    'Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed.',
    { status: 400 },
  );

/** Node reads the head as a whole and takes what fits; the parts have limits of their own. */
export function beyondLimits(request: IncomingMessage, { urlBytes, headers }: ConnectionLimits): AwsError | undefined {
  if ((request.url ?? '').length > urlBytes) return tooLong(urlBytes);
  return request.rawHeaders.length > 2 * headers ? tooLong(headers) : undefined;
}

/** The protocol is not known yet. S3's error format is used: every kind of client can read it. */
export function refusalInBytes(error: AwsError): string {
  const { status, headers, body } = restXml.serializeError(undefined, error, error.status ?? 400, {
    requestId: uuid(),
  });
  const text = String(body);
  const lines = Object.entries({ ...headers, 'content-length': Buffer.byteLength(text), connection: 'close' });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `HTTP/1.1 ${status} Bad Request\r\n${head}\r\n${text}`;
}

/** Refuses what Node's parser rejected: https://nodejs.org/api/http.html#event-clienterror */
export function refuseUnparsed(error: NodeJS.ErrnoException, headerBytes: number): string {
  if (error.code === 'HPE_HEADER_OVERFLOW') return refusalInBytes(tooLong(headerBytes));
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return refusalInBytes(timedOut());
  return refusalInBytes(
    new AwsError('BadRequest', 'An error occurred when parsing the HTTP request.', { status: 400 }),
  );
}

/** The connection of this answer has been still for too long: answered with RequestTimeout unless the server itself is at work. */
export function giveUpStalled(response: ServerResponse): void {
  const { req: request, socket } = response;
  if (!socket || (request.complete && socket.writableLength === 0)) return;
  if (!response.headersSent && !request.complete) socket.write(refusalInBytes(timedOut()));
  socket.destroySoon();
}

/** The body of a client that sent `Expect: 100-continue`. The first read sends the 100. */
export function onDemand(request: IncomingMessage, response: ServerResponse): Readable {
  async function* body() {
    response.writeContinue();
    yield* request.iterator({ destroyOnReturn: false });
  }
  return Readable.from(body(), { objectMode: false });
}

const lingerMs = 5000;
const lingerBytes = 64 * 1024 * 1024;

/**
 * Reads and discards what a client still sends after its answer: a connection that is closed with bytes unread is reset, and the answer lost
 * with it (RFC 9112 section 9.6). Not for ever.
 */
export function lingering(request: IncomingMessage): Promise<void> {
  if (request.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const late = setTimeout(resolve, lingerMs).unref();
    const done = () => {
      clearTimeout(late);
      resolve();
    };
    let read = 0;
    request.once('end', done).once('close', done).once('error', done);
    request.on('data', (chunk: Uint8Array) => {
      read += chunk.length;
      if (read > lingerBytes) done();
    });
    // The earlier reader has stopped.
    request.removeAllListeners('readable');
    request.resume();
  });
}
