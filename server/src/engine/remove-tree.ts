/**
 * Removes a folder that a program could write to. Programs and overlays leave folders without permissions; unless the platform is root
 * these cannot be removed until their mode is changed. Never follows a link.
 */
import { chmod, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const isShut = ({ code }: NodeJS.ErrnoException) => code === 'EACCES' || code === 'EPERM' || code === 'ENOTEMPTY';

/** Each attempt but the last changes the mode of the folders that it could not enter; a program that is still ending may create more. */
const removals = 5;

export async function removeTree(folder: string): Promise<void> {
  for (let removal = 1; ; removal++) {
    try {
      return await rm(folder, { recursive: true, force: true });
    } catch (error) {
      if (removal === removals || !isShut(error as NodeJS.ErrnoException)) throw error;
      await openFolders(folder);
    }
  }
}

/** Node's removal fails at the first obstacle and continues to remove the rest in the background. */
async function openFolders(folder: string): Promise<void> {
  try {
    await chmod(folder, 0o700);
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) await openFolders(join(folder, entry.name));
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
