/**
 * Removes a folder that a program was free to fill. Programs leave folders that nobody may enter, and so do overlays; where the platform is not root
 * these stand in the way until their mode is changed. Never follows a link.
 */
import { chmod, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const isShut = ({ code }: NodeJS.ErrnoException) => code === 'EACCES' || code === 'EPERM' || code === 'ENOTEMPTY';

export async function removeTree(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
  } catch (error) {
    if (!isShut(error as NodeJS.ErrnoException)) throw error;
    await openFolders(folder);
    await rm(folder, { recursive: true, force: true });
  }
}

async function openFolders(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await openFolders(join(folder, entry.name));
  }
}
