/** Opens an object's bytes, wherever they are, so that what removes them afterwards cannot take them away. */
import { Readable } from 'node:stream';
import type { Blobs, ByteRange } from '../../../storage/blobs.ts';
import type { Database } from '../../../storage/database.ts';
import type { SegmentRow } from '../tables.ts';
import { kindOf } from './blob-id.ts';
import { findSmall, listSegments } from './byte-store.ts';
import { blobCipher } from './encryption.ts';
import type { Pins } from './pins.ts';

export interface ByteSources {
  readonly database: Database;
  readonly blobs: Blobs;
  readonly pins: Pins;
}

interface Wanted {
  readonly blobId: string;
  /** The secret of their key; undefined if they are not encrypted. */
  readonly secret: Uint8Array | undefined;
  /** Undefined: all. */
  readonly range: ByteRange | undefined;
  /** Bytes from the database that are there already. */
  readonly small?: Uint8Array | null | undefined;
}

export type Bytes = Readable | Uint8Array;

/** Undefined if the bytes were deleted: the row that named them was replaced meanwhile. */
export async function openBytes(wanted: Wanted, sources: ByteSources): Promise<Bytes | undefined> {
  switch (kindOf(wanted.blobId)) {
    case 'small':
      return openSmall(wanted, sources);
    case 'composite':
      return openComposite(wanted, sources);
    case 'file':
      return openFile(wanted, sources);
  }
}

async function openSmall({ blobId, secret, range, small }: Wanted, { database }: ByteSources) {
  const sealed = small ?? (await findSmall(database, blobId));
  if (sealed === undefined) return undefined;
  const bytes = secret ? blobCipher(secret, blobId).update(sealed) : sealed;
  return range ? bytes.subarray(range.start, range.end + 1) : bytes;
}

async function openFile({ blobId, secret, range }: Wanted, { blobs }: ByteSources): Promise<Readable | undefined> {
  const cipher = secret && blobCipher(secret, blobId, range?.start ?? 0);
  try {
    return await blobs.open(blobId, range, cipher && ((bytes) => cipher.update(bytes)));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function openComposite(wanted: Wanted, sources: ByteSources): Promise<Readable | undefined> {
  // Before the list is read: what it names stays until the last byte has been read.
  const unpin = sources.pins.pin(wanted.blobId);
  const segments = await listSegments(sources.database, wanted.blobId).catch((error) => {
    unpin();
    throw error;
  });
  if (segments.length === 0) {
    unpin();
    return undefined;
  }
  return Readable.from(inOrder(segments, wanted, sources), { objectMode: false }).once('close', unpin);
}

async function* inOrder(segments: readonly SegmentRow[], { secret, range }: Wanted, sources: ByteSources) {
  let start = 0;
  for (const { blob_id: blobId, size } of segments) {
    const piece = range && within(range, start, size);
    start += size;
    if (size === 0 || (range && !piece)) continue;
    const bytes = await openBytes({ blobId, secret, range: piece }, sources);
    if (bytes === undefined) throw new Error(`the part ${blobId} is not where its object says`);
    if (bytes instanceof Uint8Array) yield bytes;
    else yield* bytes;
  }
}

/** The part of a range that is in the segment, counted from the segment's beginning. */
function within({ start, end }: ByteRange, segmentStart: number, size: number): ByteRange | undefined {
  const first = Math.max(start - segmentStart, 0);
  const last = Math.min(end - segmentStart, size - 1);
  return first > last ? undefined : { start: first, end: last };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
