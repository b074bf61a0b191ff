/** Blobs as files, `<dir>/ab/cd/<id>`. A blob exists under its name only when it is whole and on the disk. */
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Blob, type Blobs, type ByteRange, newBlobId } from './blobs.ts';
import { FileStream, type Transform } from './file-stream.ts';

export interface FileBlobsOptions {
  readonly dir: string;
  /** power: survives a power cut (fsync of file and folder). process: survives a kill of the process only. */
  readonly durability?: 'power' | 'process';
  /** Other servers may have the folder open: their uploads in progress stay. */
  readonly isShared?: boolean;
}

const idPattern = /^[0-9a-f]{32}$/;

/** A thread of the pool does each write: few large ones cost less than many small ones. */
const writeBytes = 512 * 1024;

async function writeAll(file: FileHandle, chunks: Uint8Array[]): Promise<void> {
  for (let left = chunks; left.length > 0; ) {
    let { bytesWritten } = await file.writev(left);
    left = left.flatMap((chunk) => {
      const done = Math.min(bytesWritten, chunk.length);
      bytesWritten -= done;
      return done === chunk.length ? [] : [chunk.subarray(done)];
    });
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function removeFiles(paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(path, { force: true });
}

/** An upload that writes nothing for so long has ended with its server. */
const abandonedMs = 24 * 3_600_000;

async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > abandonedMs) await rm(join(folder, name), { force: true });
  }
}

export async function openFileBlobs({ dir, durability = 'power', isShared = false }: FileBlobsOptions): Promise<Blobs> {
  const incoming = join(dir, 'incoming');
  if (!isShared) await rm(incoming, { recursive: true, force: true });
  await mkdir(incoming, { recursive: true, mode: 0o700 });
  if (isShared) await removeAbandoned(incoming);
  const known = new Set<string>();

  const pathOf = (id: string): string => {
    if (!idPattern.test(id)) throw new TypeError('not a blob id');
    return join(dir, id.slice(0, 2), id.slice(2, 4), id);
  };

  /** Makes the folder of a path durably, once. */
  async function ensureFolder(folder: string): Promise<void> {
    if (known.has(folder)) return;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (durability === 'power') {
      await syncFolder(dirname(folder));
      await syncFolder(dir);
    }
    known.add(folder);
  }

  async function put(source: AsyncIterable<Uint8Array>, id = newBlobId()): Promise<Blob> {
    const path = pathOf(id);
    const temporary = join(incoming, id);
    const file = await open(temporary, 'wx', 0o600);
    let size = 0;
    try {
      try {
        let waiting: Uint8Array[] = [];
        let waitingBytes = 0;
        for await (const chunk of source) {
          waiting.push(chunk);
          waitingBytes += chunk.length;
          size += chunk.length;
          if (waitingBytes < writeBytes) continue;
          await writeAll(file, waiting);
          waiting = [];
          waitingBytes = 0;
        }
        await writeAll(file, waiting);
        if (durability === 'power') await file.datasync();
      } finally {
        await file.close();
      }
      await ensureFolder(dirname(path));
      await rename(temporary, path);
      if (durability === 'power') await syncFolder(dirname(path));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    return { id, size };
  }

  async function openBlob(id: string, range?: ByteRange, transform?: Transform): Promise<FileStream> {
    const file = await open(pathOf(id), 'r');
    try {
      const { size } = await file.stat();
      const start = Math.min(range?.start ?? 0, size);
      const end = Math.min(range?.end ?? size - 1, size - 1);
      const length = Math.max(end - start + 1, 0);
      const path = length === size ? pathOf(id) : undefined;
      return new FileStream(file, { start, length, path }, transform);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async function* oldBlobs(beforeMs: number): AsyncIterable<string> {
    for (const first of await readdir(dir)) {
      if (!/^[0-9a-f]{2}$/.test(first)) continue;
      for (const second of await readdir(join(dir, first))) {
        for (const id of await readdir(join(dir, first, second))) {
          const found = await stat(pathOf(id)).catch(() => undefined);
          if (found && found.mtimeMs < beforeMs) yield id;
        }
      }
    }
  }

  function remove(...ids: readonly string[]): Promise<void> {
    return removeFiles(ids.map(pathOf));
  }

  return {
    put,
    open: openBlob,
    remove,
    close() {},
    async sweep(isUsed, olderThanMs) {
      let removed = 0;
      const sweepSome = async (ids: readonly string[]) => {
        const used = await isUsed(ids);
        const free = ids.filter((id) => !used.has(id));
        await remove(...free);
        removed += free.length;
      };
      let batch: string[] = [];
      for await (const id of oldBlobs(Date.now() - olderThanMs)) {
        batch.push(id);
        if (batch.length < 500) continue;
        await sweepSome(batch);
        batch = [];
      }
      if (batch.length > 0) await sweepSome(batch);
      return removed;
    },
  };
}
