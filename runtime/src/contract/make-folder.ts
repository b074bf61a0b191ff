/**
 * Makes a folder below the one for /opt/ml. Step by step: Node's own recursive mkdir retries forever if the parent folder was deleted
 * under a running program, which is what becomes of a job whose platform is removed.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

export async function makeFolder(mlDir: string, ...names: readonly string[]): Promise<string> {
  let folder = mlDir;
  for (const name of names) {
    folder = join(folder, name);
    await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
  return folder;
}
