/**
 * Reads files that a program wrote, or still writes, in its folder. Never follows a link, even if the program replaces folders by links at the same time:
 * each name is opened from the open folder above it. A link in a job's folder must never become a file of the machine.
 */
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir, readlink } from 'node:fs/promises';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;
/** Deeper than any reasonable tree; each level costs a descriptor. */
const maxDepth = 100;
const maxEntries = 1_000_000;

const inside = (folder: FileHandle, name = '') => `/proc/self/fd/${folder.fd}/${name}`;

/** The errors for a path that is not such a file or folder: missing, a link (ELOOP, ENOTDIR), or a socket (ENXIO). */
function isAbsence(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '');
}

async function tryOpen(path: string, flags: number): Promise<FileHandle | undefined> {
  try {
    return await open(path, flags);
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

async function openFolder(root: string, names: readonly string[]): Promise<FileHandle | undefined> {
  let folder = await tryOpen(root, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  for (const name of names) {
    if (!folder) return undefined;
    const next: FileHandle | undefined = await tryOpen(inside(folder, name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    await folder.close();
    folder = next;
  }
  return folder;
}

/** The plain file of that path below `root`, open for reading; undefined if it does not exist. */
export async function openBeneath(root: string, ...names: readonly string[]): Promise<FileHandle | undefined> {
  const folder = await openFolder(root, names.slice(0, -1));
  if (!folder) return undefined;
  try {
    // Without O_NONBLOCK, opening a pipe of that name would block for ever.
    const file = await tryOpen(inside(folder, names.at(-1)), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (file && (await file.stat()).isFile()) return file;
    await file?.close();
    return undefined;
  } finally {
    await folder.close();
  }
}

/** The first bytes of a plain file below `root`. */
export async function readBeneath(
  root: string,
  maxBytes: number,
  ...names: readonly string[]
): Promise<Buffer | undefined> {
  const file = await openBeneath(root, ...names);
  if (!file) return undefined;
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size, maxBytes)), { position: 0 });
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

export type Found =
  | {
      readonly kind: 'file';
      readonly names: readonly string[];
      readonly size: number;
      readonly mtimeMs: number;
      readonly ctimeMs: number;
      readonly inode: number;
    }
  | { readonly kind: 'link'; readonly names: readonly string[]; readonly target: string }
  /** Its name is not valid UTF-8, so it cannot be opened by name. */
  | { readonly kind: 'nameless'; readonly names: readonly string[] };

/** Files and links of the folder and its subfolders, in the order of their names. Empty if it is not a folder. */
export async function* listBeneath(root: string, ...names: readonly string[]): AsyncGenerator<Found> {
  const top = await openFolder(root, names);
  if (!top) return;
  let entries = 0;
  async function* list(folder: FileHandle, above: readonly string[]): AsyncGenerator<Found> {
    if (above.length > maxDepth) throw new Error(`folders are nested deeper than ${maxDepth}`);
    const found = await readdir(inside(folder), { withFileTypes: true });
    entries += found.length;
    if (entries > maxEntries) throw new Error(`there are more than ${maxEntries} files`);
    for (const entry of found.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = inside(folder, entry.name);
      const own = [...above, entry.name];
      if (entry.isDirectory()) {
        const next = await tryOpen(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        if (!next) {
          if (entry.name.includes('\ufffd')) yield { kind: 'nameless', names: own };
          continue;
        }
        try {
          yield* list(next, own);
        } finally {
          await next.close();
        }
        continue;
      }
      try {
        const status = await lstat(path);
        const { size, mtimeMs, ctimeMs, ino: inode } = status;
        if (status.isFile()) yield { kind: 'file', names: own, size, mtimeMs, ctimeMs, inode };
        else if (status.isSymbolicLink()) yield { kind: 'link', names: own, target: await readlink(path) };
      } catch (error) {
        if (!isAbsence(error)) throw error;
        // Otherwise it was removed in between.
        if (entry.name.includes('\ufffd')) yield { kind: 'nameless', names: own };
      }
    }
  }
  try {
    yield* list(top, []);
  } finally {
    await top.close();
  }
}
