/**
 * A request's body on its way to where it stays: hashed while it streams, in constant memory, and checked against what the request said before
 * anything is kept. A body that is cut short or does not match leaves nothing behind. Small bodies go into the database, in the same write as the
 * row that names them: one fsync for both, and for all concurrent writes.
 */
import type { Readable } from 'node:stream';
import type { Call } from '../../../contract/call.ts';
import { newBlobId } from '../../../storage/blobs.ts';
import type { Statement } from '../../../storage/database.ts';
import { newSmallId } from '../bytes/blob-id.ts';
import { insertSmall } from '../bytes/byte-store.ts';
import { blobCipher } from '../bytes/encryption.ts';
import {
  type ChecksumAlgorithm,
  checksumAlgorithms,
  checksumHeader,
  defaultAlgorithm,
  isChecksumValue,
} from '../checksums/checksum.ts';
import type { S3Deps } from '../deps.ts';
import { invalidRequest } from '../refusals.ts';
import { type BodyExpectations, invalidChecksum } from './body-expectations.ts';
import { Digests } from './digests.ts';

/** The most that one request may bring: 5 GiB. Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const maxSize = 5 * 1024 ** 3;

const smallSize = 64 * 1024;

export interface ReceivedBody {
  readonly blobId: string;
  /** Goes into the write of the row that names the blob. */
  readonly statements: readonly Statement[];
  readonly size: number;
  /** MD5, hexadecimal. */
  readonly etag: string;
  readonly checksumAlgorithm: ChecksumAlgorithm;
  readonly checksum: string;
}

/** A stream may announce trailers, which are there behind its last byte. */
interface TrailedBody extends AsyncIterable<Uint8Array> {
  readonly trailerNames?: string;
  readonly trailers?: Readonly<Record<string, string>>;
}

/** Small ones may be had as a whole, which is cheaper. */
interface WholeBody {
  whole(): Promise<Uint8Array>;
}

type Body = TrailedBody | Uint8Array;

const isWhole = (body: object | string): body is WholeBody =>
  typeof body === 'object' && 'whole' in body && typeof body.whole === 'function';

interface KeepingOptions {
  /** The algorithm whose checksum is kept, where that is not for the request to choose. */
  readonly algorithm?: ChecksumAlgorithm;
  /** What the blob's key comes from, where it is encrypted. */
  readonly secret: Uint8Array | undefined;
}

export async function receiveBody(
  body: Readable | Uint8Array | undefined,
  told: BodyExpectations,
  call: Call,
  deps: S3Deps,
  { algorithm: kept, secret }: KeepingOptions,
): Promise<ReceivedBody> {
  // Before its first byte is read.
  if ((told.size ?? 0) > maxSize) throw tooLarge(call, told.size ?? 0);
  const source: Body = body === undefined ? new Uint8Array() : isWhole(body) ? await body.whole() : body;
  const expected = { ...told, algorithm: told.algorithm ?? announcedAlgorithm(source) };
  const computed = kept ?? expected.algorithm ?? defaultAlgorithm;
  const digests = new Digests({ computed, expected: expected.algorithm, size: expected.size }, deps.md5Thread);
  const blob =
    source instanceof Uint8Array && source.length <= smallSize
      ? keepSmall([await checkedWhole(source, expected, digests, call)], source.length, secret)
      : await keepStream(check(source, expected, digests, call), secret, deps);
  return {
    ...blob,
    etag: digests.md5.toString('hex'),
    checksumAlgorithm: computed,
    checksum: digests.computed,
  };
}

async function keepStream(
  checked: AsyncIterable<Uint8Array> & AsyncIterator<Uint8Array>,
  secret: Uint8Array | undefined,
  deps: S3Deps,
) {
  const { begun, size, done } = await readSmall(checked);
  return done ? keepSmall(begun, size, secret) : await keepFile(resumed(begun, checked), secret, deps);
}

async function checkedWhole(source: Uint8Array, expected: BodyExpectations, digests: Digests, call: Call) {
  // Finishing waits for it.
  void digests.update(source);
  await digests.finish();
  checkReceived(source.length, expected, digests, call);
  checkChecksum(expected, digests, undefined, call);
  return source;
}

async function readSmall(checked: AsyncIterator<Uint8Array>) {
  const begun: Uint8Array[] = [];
  let size = 0;
  while (size <= smallSize) {
    const { done, value } = await checked.next();
    if (done) return { begun, size, done: true };
    begun.push(value);
    size += value.length;
  }
  return { begun, size, done: false };
}

function keepSmall(chunks: readonly Uint8Array[], size: number, secret: Uint8Array | undefined) {
  const blobId = newSmallId();
  const plain = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
  const bytes = secret ? blobCipher(secret, blobId).update(plain) : plain;
  // A copy: a transfer to another thread moves the whole memory that a buffer is a view of.
  return { blobId, size, statements: [insertSmall(blobId, new Uint8Array(bytes))] };
}

async function keepFile(chunks: AsyncIterable<Uint8Array>, secret: Uint8Array | undefined, deps: S3Deps) {
  const blobId = newBlobId();
  const blob = await deps.blobs.put(secret ? encrypted(chunks, secret, blobId) : chunks, blobId);
  return { blobId, size: blob.size, statements: [] };
}

async function* resumed(begun: readonly Uint8Array[], rest: AsyncIterable<Uint8Array>) {
  yield* begun;
  yield* rest;
}

async function* encrypted(chunks: AsyncIterable<Uint8Array>, secret: Uint8Array, blobId: string) {
  const cipher = blobCipher(secret, blobId);
  for await (const chunk of chunks) yield cipher.update(chunk);
}

/** Clients other than AWS's may name their algorithm by its trailer alone. */
export function announcedAlgorithm(body: Body | undefined): ChecksumAlgorithm | undefined {
  const names =
    body === undefined || body instanceof Uint8Array ? [] : (body.trailerNames?.toLowerCase().split(',') ?? []);
  return checksumAlgorithms.find((algorithm) => names.some((name) => name.trim() === checksumHeader(algorithm)));
}

/** Ends when the body does, if all is as the request said. */
async function* check(source: Body, expected: BodyExpectations, digests: Digests, call: Call) {
  let size = 0;
  try {
    for await (const chunk of source instanceof Uint8Array || typeof source === 'string' ? [bytesOf(source)] : source) {
      size += chunk.length;
      if (size > maxSize) throw tooLarge(call, expected.size ?? size);
      const catchingUp = digests.update(chunk);
      if (catchingUp) await catchingUp;
      yield chunk;
    }
    await digests.finish();
  } finally {
    digests.drop();
  }
  checkReceived(size, expected, digests, call);
  const trailers = source instanceof Uint8Array ? undefined : source.trailers;
  checkChecksum(expected, digests, trailers, call);
}

function checkReceived(size: number, expected: BodyExpectations, digests: Digests, call: Call) {
  if (expected.size !== undefined && expected.size !== size) {
    throw call.error(
      'IncompleteBody',
      'You did not provide the number of bytes specified by the Content-Length HTTP header',
    );
  }
  const md5 = digests.md5.toString('base64');
  if (expected.md5 !== undefined && expected.md5 !== md5) {
    throw call.error('BadDigest', 'The Content-MD5 you specified did not match what we received.', {
      fields: { ExpectedDigest: expected.md5, CalculatedDigest: md5 },
    });
  }
}

function checkChecksum(
  { algorithm, checksum }: BodyExpectations,
  digests: Digests,
  trailers: Readonly<Record<string, string>> | undefined,
  call: Call,
) {
  if (algorithm === undefined) return;
  const value = checksum ?? trailers?.[checksumHeader(algorithm)];
  if (value === undefined) {
    throw invalidRequest(
      call,
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    );
  }
  if (!isChecksumValue(algorithm, value)) throw invalidChecksum(call, algorithm);
  if (value !== digests.expected) {
    throw call.error('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);
  }
}

function bytesOf(body: Uint8Array | string): Uint8Array {
  return typeof body === 'string' ? Buffer.from(body) : body;
}

function tooLarge(call: Call, proposed: number) {
  return call.error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
    fields: { ProposedSize: proposed, MaxSizeAllowed: maxSize },
  });
}
