/** Opens bytes so that what removes them afterwards cannot take them away. */
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { Blobs, ByteRange } from '../../../storage/blobs.ts';

/** Undefined where the bytes are gone: the row that named them has been replaced meanwhile. */
export async function openBlob(blobs: Blobs, id: string, range: ByteRange | undefined): Promise<Readable | undefined> {
  const stream = blobs.open(id, range);
  try {
    // An open file outlives its name; the first bytes tell that it is open.
    await once(stream, 'readable');
    return stream;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
