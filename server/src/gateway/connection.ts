/** What the gateway answers when a request does not reach the pipeline (its head is too long, its body too slow), and how it treats a body that nothing reads. */
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

/** Node limits the head as a whole; URL and number of headers have limits of their own. */
export function headRefusal(request: IncomingMessage, { urlBytes, headers }: ConnectionLimits): AwsError | undefined {
  if ((request.url ?? '').length > urlBytes) return tooLong(urlBytes);
  return request.rawHeaders.length > 2 * headers ? tooLong(headers) : undefined;
}

/** The protocol is not known yet. S3's error format is used: every kind of client can read it. */
export function rawAnswer(error: AwsError): string {
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
  if (error.code === 'HPE_HEADER_OVERFLOW') return rawAnswer(tooLong(headerBytes));
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return rawAnswer(timedOut());
  return rawAnswer(new AwsError('BadRequest', 'An error occurred when parsing the HTTP request.', { status: 400 }));
}

/** Closes a connection without traffic, with RequestTimeout if it waits for the client; not while the server is working on the answer. */
export function closeStalled(response: ServerResponse): void {
  const { req: request, socket } = response;
  if (!socket || (request.complete && socket.writableLength === 0)) return;
  if (!response.headersSent && !request.complete) socket.write(rawAnswer(timedOut()));
  socket.destroySoon();
}

/** The body of a client that sent `Expect: 100-continue`. The first read sends the 100. */
export function bodyAfterContinue(request: IncomingMessage, response: ServerResponse): Readable {
  async function* body() {
    response.writeContinue();
    yield* request.iterator({ destroyOnReturn: false });
  }
  return Readable.from(body(), { objectMode: false });
}

const maxDiscardMs = 5000;
const maxDiscardBytes = 64 * 1024 * 1024;

/**
 * Reads and discards what a client still sends after its answer, up to a limit: a connection that is closed with unread bytes is reset, and the
 * answer is lost (RFC 9112 section 9.6).
 */
export function discardRest(request: IncomingMessage): Promise<void> {
  if (request.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, maxDiscardMs).unref();
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    let read = 0;
    request.once('end', done).once('close', done).once('error', done);
    request.on('data', (chunk: Uint8Array) => {
      read += chunk.length;
      if (read > maxDiscardBytes) done();
    });
    // Removes the reader that has stopped.
    request.removeAllListeners('readable');
    request.resume();
  });
}
