/** Files to which a program may still write: a signature of a file's state, and a copy of one state. */
import { createWriteStream } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Found } from '../../../engine/beneath.ts';

type State = Omit<Extract<Found, { kind: 'file' }>, 'kind' | 'names'>;

/** A program can set a file's other times, but not its ctime. */
export const signatureOf = ({ size, mtimeMs, ctimeMs, inode }: State) => `${size} ${mtimeMs} ${ctimeMs} ${inode}`;

/** A copy that disappears when it is closed; undefined if the file changed meanwhile. `path`: of no other copy. */
export async function wholeCopy(
  file: FileHandle,
  signature: string,
  path: string,
  signal: AbortSignal,
): Promise<FileHandle | undefined> {
  try {
    // Otherwise a write through a memory mapping changes the bytes but not the times.
    await file.datasync();
    const from = file.createReadStream({ autoClose: false, start: 0 });
    await pipeline(from, createWriteStream(path, { mode: 0o600 }), { signal });
    const status = await file.stat();
    return signatureOf({ ...status, inode: status.ino }) === signature ? await open(path) : undefined;
  } finally {
    await rm(path, { force: true });
  }
}
