/** What a function sees at /opt: the one layer's folder, or the folders of several laid over each other, the last one on top. */
import { createHash } from 'node:crypto';
import { cp, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { isThere } from '../../../engine/is-there.ts';
import { removeTree } from '../../../engine/remove-tree.ts';
import { randomHex } from '../../../kit/ids.ts';
import type { CodeFolders } from '../code/code-folders.ts';

/** `folder`: where merged layers are kept; removed at each start of the server, as the unpacked archives are. */
export async function layerFolders(
  code: CodeFolders,
  folder: string,
): Promise<(ids: readonly string[]) => Promise<string | undefined>> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return async (ids) => {
    const [first, ...others] = ids;
    if (first === undefined) return undefined;
    if (others.length === 0) return code.folderOf(first);
    const target = join(folder, createHash('sha256').update(ids.join(' ')).digest('hex'));
    if (await isThere(target)) return target;
    const work = join(folder, `merging-${randomHex(8)}`);
    try {
      for (const id of ids)
        await cp(await code.folderOf(id), work, { recursive: true, verbatimSymlinks: true, force: true });
      await rename(work, target);
    } catch (error) {
      if (!(await isThere(target))) throw error;
    } finally {
      await removeTree(work);
    }
    return target;
  };
}
