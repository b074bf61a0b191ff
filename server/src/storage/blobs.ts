/**
 * Bytes under an id that the store makes. Keys and names of users never become paths. Acknowledged bytes are durable: in files, written to a temporary name,
 * fsynced, renamed, the folder fsynced; in a bucket, acknowledged by its store. A bucket that does not answer makes any of these reject with `Unavailable`.
 */
import type { Readable } from 'node:stream';
import { randomHex } from '../kit/ids.ts';
import type { Transform } from './file-stream.ts';

export interface Blob {
  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly size: number;
}

export interface ByteRange {
  /** First byte, from 0. */
  readonly start: number;
  /** Last byte, inclusive. */
  readonly end: number;
}

export const newBlobId = () => randomHex(16);

export interface Blobs {
  /** Streams in constant memory. A source that throws leaves nothing. A caller that needs the id before the bytes passes it, once. */
  put(source: AsyncIterable<Uint8Array>, id?: string): Promise<Blob>;
  /** The bytes, each turned by `transform` on its way. Removing the blob afterwards does not affect them. Rejects with ENOENT if it was deleted. */
  open(id: string, range?: ByteRange, transform?: Transform): Promise<Readable>;
  /** Idempotent. Call it after the rows that named the blobs were deleted. */
  remove(...ids: readonly string[]): Promise<void>;
  /** Removes blobs older than `olderThanMs` that `isUsed` does not know: what a kill left behind. */
  sweep(isUsed: (ids: readonly string[]) => Promise<ReadonlySet<string>>, olderThanMs: number): Promise<number>;
  /** Nothing may be asked afterwards. */
  close(): void;
}
