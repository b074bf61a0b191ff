/** Files that a program may go on writing to: what tells one state of a file from another, and a copy of one state. */
import { createWriteStream } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Found } from '../../../engine/beneath.ts';

type State = Omit<Extract<Found, { kind: 'file' }>, 'kind' | 'names'>;

/** What a program can do to a file's times, it cannot do to its ctime. */
export const signatureOf = ({ size, mtimeMs, ctimeMs, inode }: State) => `${size} ${mtimeMs} ${ctimeMs} ${inode}`;

/** The file as it was, of which nothing is left when it is closed; undefined where it changed on the way. `path`: of no other copy. */
export async function wholeCopy(
  file: FileHandle,
  signature: string,
  path: string,
  signal: AbortSignal,
): Promise<FileHandle | undefined> {
  try {
    // Else what the program writes through a mapping would change the bytes and not the times.
    await file.datasync();
    const from = file.createReadStream({ autoClose: false, start: 0 });
    await pipeline(from, createWriteStream(path, { mode: 0o600 }), { signal });
    const status = await file.stat();
    return signatureOf({ ...status, inode: status.ino }) === signature ? await open(path) : undefined;
  } finally {
    await rm(path, { force: true });
  }
}
