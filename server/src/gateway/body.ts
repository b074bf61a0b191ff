/** Request bodies: gathered up to a limit, or streamed on with their declared hash verified at the end. */
import { createHash, type KeyObject } from 'node:crypto';
import { Readable } from 'node:stream';
import { AwsError } from '../contract/aws-error.ts';
import { withoutCoding } from '../kit/content-coding.ts';
import { decodeChunks } from '../wire/aws-chunked.ts';
import type { WireRequest } from '../wire/protocol.ts';
import { emptyHash, type Signature, sha256 } from '../wire/sigv4.ts';
import { defaultService, type RequestFormat } from './format.ts';
import { refusal } from './refusals.ts';

const smallBytes = 64 * 1024;

const empty = new Uint8Array();

export interface Gathered {
  readonly body: Uint8Array;
  readonly sha256: string;
}

export async function gather(
  stream: Readable,
  headers: WireRequest['headers'],
  format: RequestFormat,
  limit: number,
): Promise<Gathered> {
  const declared = headers['content-length'];
  if (declared === '0' || (declared === undefined && headers['transfer-encoding'] === undefined))
    return { body: empty, sha256: emptyHash };
  const length = Number(declared);
  if (length > limit) throw refusal('tooLarge', format);
  if (length <= smallBytes) {
    const body = await collect(stream, limit, format);
    return { body, sha256: body.length === 0 ? emptyHash : sha256(body) };
  }
  // In chunks: hashing megabytes at once would block all other requests.
  const hash = createHash('sha256');
  const body = await collect(stream, limit, format, (chunk) => hash.update(chunk));
  return { body, sha256: hash.digest('hex') };
}

/** Reads and discards a body that is too large: destroying the stream would close the connection before the answer is sent. */
export function collect(
  stream: Readable,
  limit: number,
  format: RequestFormat,
  onChunk?: (chunk: Uint8Array) => void,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    stream.on('data', (chunk: Uint8Array) => {
      size += chunk.length;
      if (size > limit) return reject(refusal('tooLarge', format));
      chunks.push(chunk);
      onChunk?.(chunk);
    });
    stream.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    stream.once('error', reject);
    stream.once('close', () => {
      // Every stream closes. An error, which is expensive to create, only for one that did not end before.
      if (!stream.readableEnded) reject(cutShort());
    });
  });
}

/** The client disconnected in the middle of its body: not a defect of the server. */
export const cutShort = () => new AwsError('RequestTimeout', 'The request body was cut short.', { status: 400 });

async function* verified(stream: Readable, declared: string) {
  const hash = createHash('sha256');
  for await (const chunk of stream) {
    hash.update(chunk);
    yield chunk;
  }
  const computed = hash.digest('hex');
  if (computed !== declared) throw hashMismatch(declared, computed);
}

/** `verified` for a body that is small enough to be read as a whole, which is cheaper. Nothing is read before the first call. */
class SmallBody extends Readable {
  readonly #stream: Readable;
  readonly #declared: string;
  #whole: Promise<Uint8Array> | undefined;

  constructor(stream: Readable, declared: string) {
    super();
    this.#stream = stream;
    this.#declared = declared;
  }

  whole(): Promise<Uint8Array> {
    this.#whole ??= this.#gather();
    return this.#whole;
  }

  async #gather(): Promise<Uint8Array> {
    const bytes = await collect(this.#stream, smallBytes, defaultService.format);
    const computed = sha256(bytes);
    if (computed !== this.#declared) throw hashMismatch(this.#declared, computed);
    return bytes;
  }

  override _read(): void {
    this.whole().then(
      (bytes) => {
        this.push(bytes);
        this.push(null);
      },
      (error) => this.destroy(error),
    );
  }
}

const hashMismatch = (declared: string, computed: string) =>
  new AwsError(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    {
      status: 400,
      fields: { ClientComputedContentSHA256: declared, S3ComputedContentSHA256: computed },
    },
  );

/** S3 accepts HTTP's chunks only with aws-chunked, which declares the length in a header. */
const withoutLength = () =>
  new AwsError('NotImplemented', 'A header you provided implies functionality that is not implemented', {
    status: 501,
    fields: { Header: 'Transfer-Encoding' },
  });

export function refuseWithoutLength(headers: WireRequest['headers']): void {
  if (headers['transfer-encoding'] !== undefined && headers['content-length'] === undefined) throw withoutLength();
}

const listed = (header = '') =>
  header
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

export interface StreamedRequest {
  readonly headers: WireRequest['headers'];
  readonly body: Readable | Uint8Array;
}

/** A payload as x-amz-content-sha256 declares it: hashed, unsigned, or in chunks. Removes the headers that aws-chunked added. */
export function streamed(
  stream: Readable,
  headers: WireRequest['headers'],
  signature: Signature | undefined,
  key: KeyObject | undefined,
): StreamedRequest {
  const declared = headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD';
  const isHash = /^[0-9a-f]{64}$/.test(declared);
  // Most requests have no body: then nothing streams.
  if (headers['transfer-encoding'] === undefined && !Number(headers['content-length'] ?? 0)) {
    if (isHash && declared !== emptyHash) throw hashMismatch(declared, emptyHash);
    if (isHash || declared === 'UNSIGNED-PAYLOAD') return { headers, body: empty };
  }
  if ((isHash || declared === 'UNSIGNED-PAYLOAD') && headers['content-length'] === undefined) throw withoutLength();
  if (declared === 'UNSIGNED-PAYLOAD') return { headers, body: stream };
  if (isHash) {
    if (Number(headers['content-length']) <= smallBytes) return { headers, body: new SmallBody(stream, declared) };
    return { headers, body: Readable.from(verified(stream, declared), { objectMode: false }) };
  }
  const signed = /^STREAMING-AWS4-HMAC-SHA256-PAYLOAD(-TRAILER)?$/.test(declared);
  if (!signed && declared !== 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') {
    throw new AwsError(
      'InvalidArgument',
      'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, or a valid sha256 value.',
      {
        status: 400,
      },
    );
  }
  const { 'content-length': _, 'x-amz-decoded-content-length': length, 'content-encoding': coding, ...rest } = headers;
  const left = withoutCoding(coding, 'aws-chunked');
  const trailerNames = headers['x-amz-trailer'] ?? '';
  return {
    headers: {
      ...rest,
      ...(length === undefined ? {} : { 'content-length': length }),
      ...(left === undefined ? {} : { 'content-encoding': left }),
    },
    // The trailers must be known before the first byte, so that their hashes can be computed.
    body: Object.assign(
      decodeChunks(
        stream,
        signed && signature && key ? { signature, key } : undefined,
        listed(trailerNames.toLowerCase()),
      ),
      { trailerNames },
    ),
  };
}
