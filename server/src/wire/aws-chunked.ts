/**
 * Bodies in S3's aws-chunked coding, decoded while they stream: signed chunks are verified one by one, and trailers are read.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and …/sigv4-streaming-trailers.html
 */
import { createHmac, type KeyObject } from 'node:crypto';
import { Readable } from 'node:stream';
import { AwsError } from '../contract/aws-error.ts';
import { emptyHash, isSameSignature, type Signature, scopeOf, sha256 } from './sigv4.ts';

export interface ChunkSigning {
  readonly signature: Signature;
  readonly key: KeyObject;
}

export type TrailedBody = Readable & { readonly trailers: Record<string, string> };

const maxChunkBytes = 64 * 1024 * 1024;
const maxLineBytes = 16 * 1024;

const malformed = () => new AwsError('IncompleteBody', 'The request body terminated unexpectedly', { status: 400 });
/** Observed on AWS for trailers that are malformed, not announced, or announced and missing. */
const malformedTrailer = () =>
  new AwsError(
    'MalformedTrailerError',
    'The request contained trailing data that was not well-formed or did not conform to our published schema.',
    { status: 400 },
  );
const mismatch = () =>
  new AwsError(
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    { status: 403 },
  );

/** Reads lines and numbers of bytes from a stream. */
class ChunkReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #buffer: Buffer = Buffer.alloc(0);
  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async #more(): Promise<void> {
    const { done, value } = await this.#source.next();
    if (done) throw malformed();
    this.#buffer =
      this.#buffer.length === 0
        ? Buffer.from(value.buffer, value.byteOffset, value.length)
        : Buffer.concat([this.#buffer, value]);
  }

  async line(): Promise<string> {
    for (let from = 0; ; ) {
      const end = this.#buffer.indexOf('\r\n', Math.max(0, from - 1));
      if (end !== -1) {
        const line = this.#buffer.toString('latin1', 0, end);
        this.#buffer = this.#buffer.subarray(end + 2);
        return line;
      }
      if (this.#buffer.length > maxLineBytes) throw malformed();
      from = this.#buffer.length;
      await this.#more();
    }
  }

  /** Up to `count` bytes, at least one. */
  async some(count: number): Promise<Buffer> {
    if (this.#buffer.length === 0) await this.#more();
    const part = this.#buffer.subarray(0, count);
    this.#buffer = this.#buffer.subarray(part.length);
    return part;
  }

  /** The rest of the trailer section: some clients end it without the empty line. */
  async trailerLine(): Promise<string> {
    return this.line().catch((error) => {
      if (this.#buffer.length > 0) throw error;
      return '';
    });
  }
}

function chunkSignature(
  { signature, key }: ChunkSigning,
  previous: string,
  kind: 'PAYLOAD' | 'TRAILER',
  contentHash: string,
): string {
  const parts = [`AWS4-HMAC-SHA256-${kind}`, signature.time, scopeOf(signature), previous];
  if (kind === 'PAYLOAD') parts.push(emptyHash);
  return createHmac('sha256', key)
    .update([...parts, contentHash].join('\n'))
    .digest('hex');
}

async function* decode(
  source: AsyncIterable<Uint8Array>,
  signing: ChunkSigning | undefined,
  announced: readonly string[],
  trailers: Record<string, string>,
) {
  const reader = new ChunkReader(source);
  let previous = signing?.signature.signature ?? '';
  for (;;) {
    const match = /^([0-9a-fA-F]{1,8})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(await reader.line());
    const size = Number.parseInt(match?.[1] ?? '', 16);
    if (!match || size > maxChunkBytes) throw malformed();
    const parts: Buffer[] = [];
    for (let remaining = size; remaining > 0; ) {
      const part = await reader.some(remaining);
      remaining -= part.length;
      // Without signatures no byte has to wait for the end of its chunk.
      if (signing) parts.push(part);
      else yield part;
    }
    if (signing) {
      const chunk = Buffer.concat(parts);
      const expected = chunkSignature(signing, previous, 'PAYLOAD', sha256(chunk));
      if (!match[2] || !isSameSignature(expected, match[2])) throw mismatch();
      previous = expected;
      if (size > 0) yield chunk;
    }
    if (size === 0) break;
    if ((await reader.line()) !== '') throw malformed();
  }
  await readTrailers(reader, signing, previous, trailers);
  const names = Object.keys(trailers);
  if (names.length !== announced.length || !announced.every((name) => names.includes(name))) throw malformedTrailer();
}

async function readTrailers(
  reader: ChunkReader,
  signing: ChunkSigning | undefined,
  previous: string,
  trailers: Record<string, string>,
): Promise<void> {
  let signed = '';
  let given: string | undefined;
  for (let line = await reader.trailerLine(); line !== ''; line = await reader.trailerLine()) {
    const at = line.indexOf(':');
    if (at < 1 || signed.length > maxLineBytes) throw malformedTrailer();
    const name = line.slice(0, at).trim().toLowerCase();
    const value = line.slice(at + 1).trim();
    if (name === 'x-amz-trailer-signature') given = value;
    else {
      trailers[name] = value;
      signed += `${name}:${value}\n`;
    }
  }
  if (!signing || signed === '') return;
  const expected = chunkSignature(signing, previous, 'TRAILER', sha256(signed));
  if (!given || !isSameSignature(expected, given)) throw mismatch();
}

/** `signing` for signed chunks; `announced` are the trailers' names, in lower case. The trailers are complete when the stream has ended. */
export function decodeChunks(
  source: AsyncIterable<Uint8Array>,
  signing: ChunkSigning | undefined,
  announced: readonly string[] = [],
): TrailedBody {
  const trailers: Record<string, string> = {};
  return Object.assign(Readable.from(decode(source, signing, announced, trailers), { objectMode: false }), {
    trailers,
  });
}
