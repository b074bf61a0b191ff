/**
 * Deployment packages and layers: the zip is a blob, and where a function runs it is unpacked into a folder that is read-only to functions. The folder
 * can always be made again, so it is removed at each start: a power cut cannot leave half a folder that looks whole.
 */
import { createHash } from 'node:crypto';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { isThere } from '../../../engine/is-there.ts';
import { removeTree } from '../../../engine/remove-tree.ts';
import { randomHex } from '../../../kit/ids.ts';
import type { Blobs } from '../../../storage/blobs.ts';
import { unpackZip } from './unpack-zip.ts';

export interface StoredCode {
  readonly id: string;
  readonly size: number;
  /** Base64. */
  readonly sha256: string;
}

export interface CodeFolders {
  /** Stores and unpacks the archive. Throws BadZip. */
  add(zip: Buffer): Promise<StoredCode>;
  /** The folder with the unpacked archive. */
  folderOf(id: string): Promise<string>;
  /** The archive. */
  read(id: string): Promise<Buffer>;
  /** After the row that named it was deleted. */
  remove(id: string): Promise<void>;
}

export const sha256Of = (zip: Buffer): string => createHash('sha256').update(zip).digest('base64');

export async function openCodeFolders(blobs: Blobs, folder: string): Promise<CodeFolders> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unpacking = new Map<string, Promise<string>>();

  async function unpack(zip: Buffer, id: string): Promise<string> {
    const target = join(folder, id);
    const work = join(folder, `unpacking-${randomHex(8)}`);
    await mkdir(work, { mode: 0o755 });
    try {
      await unpackZip(zip, work);
      await rename(work, target);
    } catch (error) {
      await removeTree(work);
      if (!(await isThere(target))) throw error;
    }
    return target;
  }

  async function read(id: string): Promise<Buffer> {
    return Buffer.concat((await (await blobs.open(id)).toArray()) as Buffer[]);
  }

  return {
    async add(zip) {
      const work = join(folder, `unpacking-${randomHex(8)}`);
      await mkdir(work, { mode: 0o755 });
      try {
        await unpackZip(zip, work);
        const { id, size } = await blobs.put(pieces(zip));
        await rename(work, join(folder, id));
        return { id, size, sha256: sha256Of(zip) };
      } catch (error) {
        await removeTree(work);
        throw error;
      }
    },
    async folderOf(id) {
      const target = join(folder, id);
      if (await isThere(target)) return target;
      const begun = unpacking.get(id);
      if (begun) return begun;
      const mine = read(id)
        .then((zip) => unpack(zip, id))
        .finally(() => unpacking.delete(id));
      unpacking.set(id, mine);
      return mine;
    },
    read,
    async remove(id) {
      await blobs.remove(id);
      await removeTree(join(folder, id));
    },
  };
}

async function* pieces(zip: Buffer): AsyncGenerator<Buffer> {
  const pieceBytes = 1024 * 1024;
  for (let at = 0; at < zip.length; at += pieceBytes) yield zip.subarray(at, at + pieceBytes);
}
