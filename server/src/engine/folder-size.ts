/**
 * How much of the disk the files below a folder take; a file with several names counts once. By blocks: without holes. By lengths: the bytes that a reader gets,
 * holes included, if that is more. Names are handled as bytes, so that a file with a name that is not UTF-8 counts too.
 */
import { lstat, readdir } from 'node:fs/promises';

const blockBytes = 512;
const slash = Buffer.from('/');

/** Stops counting above `enough`. Files that disappear meanwhile are not counted. */
export async function folderSize(
  folder: string,
  by: 'blocks' | 'lengths' = 'blocks',
  enough = Number.POSITIVE_INFINITY,
): Promise<number> {
  const seen = new Set<number>();
  let bytes = 0;
  async function count(path: Buffer): Promise<void> {
    const found = await lstat(path).catch(() => undefined);
    if (!found) return;
    if (found.isDirectory()) folders.push(path);
    if (found.nlink > 1 && found.isFile()) {
      if (seen.has(found.ino)) return;
      seen.add(found.ino);
    }
    const held = found.blocks * blockBytes;
    bytes += by === 'lengths' && found.isFile() ? Math.max(held, found.size) : held;
  }
  const folders: Buffer[] = [];
  const top = Buffer.from(folder);
  const status = await lstat(top).catch(() => undefined);
  if (status?.isDirectory()) folders.push(top);
  else await count(top);
  for (let next = folders.pop(); next !== undefined && bytes <= enough; next = folders.pop()) {
    const names = await readdir(next, { encoding: 'buffer' }).catch(() => []);
    for (const name of names) await count(Buffer.concat([next, slash, name]));
  }
  return bytes;
}
