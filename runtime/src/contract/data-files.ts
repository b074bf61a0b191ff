/** The files of a channel or an input, in the order of their paths; none where the folder is not there. */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';

export async function filesBelow(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    },
  );
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Names by which the container's data_utils.py knows what is no data: `_SUCCESS` is Spark's, others are hidden. */
export const isDataFile = (path: string) => !/^[._]/.test(basename(path));
export const isHiddenFile = (path: string) => basename(path).startsWith('.');
