/** How much of the disk the files below a folder take: blocks, not lengths, since a file may have holes; a file with several names counts once. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const blockBytes = 512;

/** Gives up, with what it has counted, once that is more than `enough`. What vanishes meanwhile counts nothing. */
export async function folderSize(folder: string, enough = Number.POSITIVE_INFINITY): Promise<number> {
  const seen = new Set<number>();
  let bytes = 0;
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined && bytes <= enough; next = folders.pop()) {
    const names = await readdir(next).catch(() => []);
    for (const name of names) {
      const path = join(next, name);
      const found = await lstat(path).catch(() => undefined);
      if (!found) continue;
      if (found.isDirectory()) folders.push(path);
      if (found.nlink > 1 && found.isFile()) {
        if (seen.has(found.ino)) continue;
        seen.add(found.ino);
      }
      bytes += found.blocks * blockBytes;
    }
  }
  return bytes;
}
