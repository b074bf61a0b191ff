/** Merges the folders of several instances. If two instances wrote the same path, the first one wins. Copies nothing and follows no link. */
import { constants } from 'node:fs';
import { link, lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

export async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/** Creates `merged` from scratch. Only for folders to which no process writes any more. */
export async function mergeFolders(folders: readonly string[], merged: string): Promise<void> {
  await rm(merged, { recursive: true, force: true });
  await mkdir(merged, { mode: constants.S_IRWXU });
  for (const folder of folders) if (await isFolder(folder)) await add(folder, merged);
}

async function add(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    const there = await lstat(target).catch(() => undefined);
    if (entry.isDirectory()) {
      if (!there) await mkdir(target, { mode: constants.S_IRWXU });
      if (!there || there.isDirectory()) await add(source, target);
    } else if (!there && (entry.isFile() || entry.isSymbolicLink())) {
      // A hard link to the link itself, not to what it points to.
      await link(source, target);
    }
  }
}
