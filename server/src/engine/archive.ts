/**
 * tar.gz archives in and out. What comes from outside is never trusted: an entry that could reach outside of the folder, is no plain file or folder,
 * or goes over a limit refuses the whole archive, by name.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join, posix, relative, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { extract, pack } from 'tar-stream';

export interface ArchiveLimits {
  /** Of all files together, unpacked. */
  readonly maxBytes: number;
  readonly maxEntries: number;
}

/** The archive is not one, or not one that may be unpacked; the message says why and is fit for its owner. */
export class ArchiveRefused extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ArchiveRefused';
  }
}

/** The entry's path inside the folder. */
function safePath(dir: string, name: string): string {
  const shown = JSON.stringify(name.slice(0, 200));
  if (name.includes('\0')) throw new ArchiveRefused(`entry ${shown} has a null byte in its name`);
  if (name.startsWith('/') || name.includes('\\'))
    throw new ArchiveRefused(`entry ${shown} has an absolute or foreign path`);
  if (name.split('/').includes('..')) throw new ArchiveRefused(`entry ${shown} leads out of the archive`);
  const path = join(dir, posix.normalize(name));
  if (path !== dir && !path.startsWith(dir + sep)) throw new ArchiveRefused(`entry ${shown} leads out of the archive`);
  return path;
}

export async function extractTarGz(source: Readable, dir: string, limits: ArchiveLimits): Promise<void> {
  const archive = extract();
  const feeding = pipeline(source, createGunzip(), archive);
  feeding.catch(() => {});
  let entries = 0;
  let bytes = 0;
  try {
    for await (const entry of archive) {
      const { name, type, size = 0 } = entry.header;
      entries += 1;
      bytes += size;
      if (entries > limits.maxEntries)
        throw new ArchiveRefused(`the archive has more than ${limits.maxEntries} entries`);
      if (bytes > limits.maxBytes)
        throw new ArchiveRefused(`the archive unpacks to more than ${limits.maxBytes} bytes`);
      const path = safePath(dir, name);
      if (type === 'directory') {
        await mkdir(path, { recursive: true, mode: 0o700 });
        entry.resume();
      } else if (type === 'file' || type === 'contiguous-file') {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await pipeline(entry, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
      } else {
        throw new ArchiveRefused(
          `entry ${JSON.stringify(name.slice(0, 200))} is a ${type}; only files and folders are unpacked`,
        );
      }
    }
    await feeding;
  } catch (error) {
    archive.destroy();
    source.destroy();
    if (error instanceof ArchiveRefused) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new ArchiveRefused('the archive holds the same file twice', error);
    if (code?.startsWith('Z_') || /tar|header|unexpected end/i.test(message)) {
      throw new ArchiveRefused(`it is not a whole tar.gz archive (${message})`, error);
    }
    throw error;
  }
}

/** The folder's files, sorted, without times and owners: the same files give the same bytes. */
export function createTarGz(dir: string): Readable {
  const archive = pack();
  const gzip = createGzip();
  const fill = async () => {
    const found = await readdir(dir, { recursive: true, withFileTypes: true });
    const files = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    for (const file of files.sort()) {
      const { size } = await stat(file);
      const name = relative(dir, file).split(sep).join('/');
      const entry = archive.entry({ name, size, mode: 0o644, mtime: new Date(0), uid: 0, gid: 0 });
      await pipeline(createReadStream(file), entry);
    }
    archive.finalize();
  };
  fill().catch((error: Error) => archive.destroy(error));
  archive.on('error', (error) => gzip.destroy(error));
  return archive.pipe(gzip);
}
