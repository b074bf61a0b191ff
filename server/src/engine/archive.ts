/**
 * tar.gz archives, packed and unpacked. Content is untrusted: nothing is written outside the folder, no link leads out of it, sizes
 * are bounded by the unpacked bytes and not by the archive's headers. The folder must be new or empty; it may hold a part of a refused archive.
 */
import { constants, createWriteStream, type Dirent } from 'node:fs';
import { link, mkdir, open, readdir, readlink, symlink } from 'node:fs/promises';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { extract, type Header, type Pack, pack } from 'tar-stream';
import { hasControlCharacter, shownName } from '../kit/plain-name.ts';

export interface ArchiveLimits {
  /** All files together, unpacked. */
  readonly maxBytes: number;
  readonly maxEntries: number;
}

/** The file is not an archive, or not one that may be unpacked. The message is for its owner. */
export class ArchiveRefused extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ArchiveRefused';
  }
}

/** An entry's own headers (long names and the like) and the padding after its bytes. */
const overheadPerEntry = 8192;
const shown = (name: string) => `entry ${shownName(name)}`;

/** The path inside the folder for a name in the archive. */
function safePath(root: string, name: string): string {
  if (name.includes('\0')) throw new ArchiveRefused(`${shown(name)} has a null byte in its name`);
  if (hasControlCharacter(name))
    throw new ArchiveRefused(`${shown(name)} has a newline or another control character in its name`);
  if (name.startsWith('/') || name.includes('\\'))
    throw new ArchiveRefused(`${shown(name)} has an absolute or foreign path`);
  if (name.split('/').includes('..')) throw new ArchiveRefused(`${shown(name)} leads out of the archive`);
  return join(root, posix.normalize(name));
}

/**
 * A symbolic link must stay in the archive's folder, and may have `..` only at its beginning: `a/..` is a different path if `a` is a link itself.
 */
function checkTarget(name: string, target: string): void {
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  const climbs = parts.findIndex((part) => part !== '..');
  const depth = posix.normalize(name).split('/').filter(Boolean).length - 1;
  const rest = climbs === -1 ? [] : parts.slice(climbs);
  if (hasControlCharacter(target))
    throw new ArchiveRefused(`${shown(name)} is a link to a name with a newline or another control character`);
  if (target.startsWith('/') || target.includes('\\') || rest.includes('..') || parts.length - rest.length > depth)
    throw new ArchiveRefused(`${shown(name)} is a link that leads, or may lead, out of the archive`);
}

interface Unpacking {
  /** The current entry. */
  at: string;
  readonly root: string;
  readonly files: Set<string>;
  readonly symlinks: Map<string, { name: string; target: string }>;
}

/** The type of streamx. */
type Entry = Readable & { readonly destroying: boolean };

async function unpack(unpacking: Unpacking, header: Header, body: Entry, feeding: Promise<void>): Promise<void> {
  const { root, files, symlinks } = unpacking;
  const { name, type, mode = 0 } = header;
  const target = header.linkname ?? '';
  unpacking.at = name;
  const path = safePath(root, name);
  if (type === 'directory') {
    await mkdir(path, { recursive: true, mode: 0o700 });
    body.resume();
    return;
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  if (type === 'file' || type === 'contiguous-file') {
    // If the archive ended early, the entry has already emitted its error and emits it only once: a pipe from it would wait for ever.
    if (body.destroying) await feeding;
    await pipeline(body, createWriteStream(path, { flags: 'wx', mode: mode & 0o100 ? 0o700 : 0o600 }));
    files.add(path);
    return;
  }
  body.resume();
  if (type === 'symlink') {
    checkTarget(name, target);
    symlinks.set(path, { name, target });
  } else if (type === 'link') {
    const linked = safePath(root, target);
    if (!files.has(linked)) throw new ArchiveRefused(`${shown(name)} is a link to no file before it in the archive`);
    await link(linked, path);
    files.add(path);
  } else {
    throw new ArchiveRefused(`${shown(name)} is a ${type}; only files, folders and links are unpacked`);
  }
}

/** Links are created last, when all folders exist and nothing more is written: no file or folder is ever created through a link. */
async function makeSymlinks(unpacking: Unpacking): Promise<void> {
  for (const [path, { name, target }] of unpacking.symlinks) {
    unpacking.at = name;
    await symlink(target, path);
  }
}

function refusal(error: unknown, at: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof ArchiveRefused) return error;
  if (code === 'EEXIST' || code === 'ENOTDIR' || code === 'EISDIR')
    return new ArchiveRefused(`${shown(at)} has the path of another entry`, error);
  if (code === 'ENAMETOOLONG') return new ArchiveRefused(`${shown(at)} has a name that is too long`, error);
  if (code?.startsWith('Z_') || /^(Invalid|Unexpected end|Header exceeds)/.test(message))
    return new ArchiveRefused(`it is not a whole tar.gz archive (${message})`, error);
  return error;
}

function atMost(bytes: number): Transform {
  let left = bytes;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      left -= chunk.length;
      if (left < 0) done(new ArchiveRefused(`the archive unpacks to far more than its files hold`));
      else done(null, chunk);
    },
  });
}

export async function extractTarGz(source: Readable, dir: string, limits: ArchiveLimits): Promise<void> {
  const unpacking: Unpacking = { at: '', root: resolve(dir), files: new Set(), symlinks: new Map() };
  const archive = extract();
  const unzipped = atMost(limits.maxBytes + limits.maxEntries * overheadPerEntry + 2 ** 20);
  let ofSource = false;
  source.once('error', () => {
    ofSource = true;
  });
  let entries = 0;
  let bytes = 0;
  try {
    await mkdir(unpacking.root, { recursive: true, mode: 0o700 });
    // Not earlier: nothing may be awaited between here and the loop, which receives the archive's errors.
    const feeding = pipeline(source, createGunzip(), unzipped, archive);
    feeding.catch(() => {});
    for await (const entry of archive) {
      entries += 1;
      bytes += entry.header.size ?? 0;
      if (entries > limits.maxEntries)
        throw new ArchiveRefused(`the archive has more than ${limits.maxEntries} entries`);
      if (bytes > limits.maxBytes)
        throw new ArchiveRefused(`the archive unpacks to more than ${limits.maxBytes} bytes`);
      await unpack(unpacking, entry.header, entry as unknown as Entry, feeding);
    }
    await feeding;
    await makeSymlinks(unpacking);
  } catch (error) {
    archive.destroy();
    source.destroy();
    throw ofSource ? error : refusal(error, unpacking.at);
  }
}

async function addEntry(archive: Pack, dir: string, found: Dirent): Promise<void> {
  const path = join(found.parentPath, found.name);
  const name = relative(dir, path).split(sep).join('/');
  const common = { mtime: new Date(0), uid: 0, gid: 0 };
  if (found.isDirectory()) {
    archive.entry({ ...common, name: `${name}/`, type: 'directory', mode: 0o755 });
  } else if (found.isSymbolicLink()) {
    archive.entry({ ...common, name, type: 'symlink', linkname: await readlink(path), mode: 0o777 });
  } else if (found.isFile()) {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const { size, mode } = await file.stat();
      const entry = archive.entry({ ...common, name, size, mode: mode & 0o100 ? 0o755 : 0o644 });
      if (size === 0) entry.end('');
      else await pipeline(file.createReadStream({ start: 0, end: size - 1, autoClose: false }), entry);
    } finally {
      await file.close();
    }
  }
}

/** Packs the folder's files, folders and links, sorted, without times and owners: the same files give the same bytes. Leaves out sockets, pipes and devices. */
export function createTarGz(dir: string): Readable {
  const archive = pack();
  const gzip = createGzip();
  const fill = async () => {
    const found = await readdir(dir, { recursive: true, withFileTypes: true });
    const keyed = found.map((entry) => ({ entry, path: join(entry.parentPath, entry.name) }));
    for (const { entry } of keyed.sort((a, b) => (a.path < b.path ? -1 : 1))) {
      if (archive.destroyed) return;
      await addEntry(archive, dir, entry);
    }
    archive.finalize();
  };
  // Either end of the pipe ends the other: an error while packing fails the stream, a reader that disconnects ends the packing.
  pipeline(archive, gzip).catch(() => {});
  fill().catch((error: Error) => {
    gzip.destroy(error);
    archive.destroy();
  });
  return gzip;
}
