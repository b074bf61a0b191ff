/**
 * What environments take of the disk. Their files are hard links to what uv keeps of each package, so one file may belong to many: it is counted by
 * its inode, and is removed from the disk with the last of them and uv's copy.
 */
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../cache-folder.ts';
import type { Variables } from '../python-index/wheel.ts';

/** Bytes by inode. */
export type Files = ReadonlyMap<number, number>;

const blockBytes = 512;

export async function filesOf(folder: string): Promise<Files> {
  const files = new Map<number, number>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const { ino, blocks } = await lstat(join(entry.parentPath, entry.name));
    files.set(ino, blocks * blockBytes);
  }
  return files;
}

const sum = (sizes: Iterable<number>) => [...sizes].reduce((total, bytes) => total + bytes, 0);

export const bytesOf = (files: Files): number => sum(files.values());

/** Of the files that none of the others has. */
export function ownBytes(files: Files, others: readonly Files[]): number {
  return sum([...files].flatMap(([inode, bytes]) => (others.some((other) => other.has(inode)) ? [] : [bytes])));
}

/** Packages are added one after the other while an environment is created: a new one must not count as unused. */
const youngMs = 3_600_000;

/** Removes the packages that uv keeps and no environment has. */
export async function removeUnused(env: Variables, now = Date.now()): Promise<void> {
  const root = join(cacheFolder(env), 'uv', 'archive-v0');
  for (const name of await readdir(root).catch(() => [])) {
    const folder = join(root, name);
    if ((await lstat(folder)).mtimeMs > now - youngMs || (await isUsed(folder))) continue;
    await rm(folder, { recursive: true, force: true });
  }
}

async function isUsed(folder: string): Promise<boolean> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && (await lstat(join(entry.parentPath, entry.name))).nlink > 1) return true;
  }
  return false;
}
