/**
 * Unpacks a deployment package or a layer. The archive is a user's: its names are checked, its size is limited, and a link that leads out of it is refused.
 * Links are made after all files, so that nothing is ever written through one.
 */
import { createWriteStream } from 'node:fs';
import { mkdir, realpath, symlink } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { hasControlCharacter, shownName } from '../../../kit/plain-name.ts';

/** The archive cannot be used; the message is for its owner. */
export class BadZip extends Error {}

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const unzippedLimit = 262_144_000;
const entriesLimit = 100_000;
const linkLimit = 4096;
const unreadable = 'Could not unzip uploaded file. Please check your file, then try to upload again.';

export interface Unpacked {
  /** Unzipped. */
  readonly bytes: number;
}

/** `folder` must be there and empty. */
export async function unpackZip(zip: Buffer, folder: string): Promise<Unpacked> {
  const links = new Map<string, string>();
  let bytes = 0;
  try {
    const archive = await fromBufferPromise(zip, { strictFileNames: true, validateEntrySizes: true });
    if (archive.entryCount > entriesLimit) throw new BadZip(`The archive has more than ${entriesLimit} entries.`);
    for await (const entry of archive.eachEntry()) {
      bytes += entry.uncompressedSize;
      if (bytes > unzippedLimit) throw new BadZip(`Unzipped size must be smaller than ${unzippedLimit} bytes`);
      await unpackEntry(archive, entry, folder, links);
    }
    if (archive.entryCount === 0) throw new BadZip('Uploaded file must be a non-empty zip');
    await makeLinks(folder, links);
  } catch (error) {
    if (error instanceof BadZip) throw error;
    const { code = '' } = error as NodeJS.ErrnoException;
    // The disk, not the archive.
    if (/^(ENOSPC|EIO|EDQUOT|EACCES|EROFS|EMFILE)$/.test(code)) throw error;
    throw new BadZip(unreadable, { cause: error });
  }
  return { bytes };
}

async function unpackEntry(archive: ZipFile, entry: Entry, folder: string, links: Map<string, string>): Promise<void> {
  const name = plainName(entry.fileName);
  const path = join(folder, name);
  const mode = entry.externalFileAttributes >>> 16;
  const type = mode & 0o170000;
  if (entry.fileName.endsWith('/')) {
    await mkdir(path, { recursive: true });
    return;
  }
  await mkdir(dirname(path), { recursive: true });
  const source = await archive.openReadStreamPromise(entry);
  if (type === 0o120000) {
    links.set(name, await linkTarget(name, source));
    return;
  }
  if (type !== 0 && type !== 0o100000)
    throw new BadZip(`${shownName(name)} is neither a file nor a folder nor a link.`);
  // Archives made on Windows have no modes. AWS needs read permission for everybody; here who runs the function owns the files.
  const permissions = mode === 0 ? 0o755 : 0o444 | (mode & 0o755);
  await pipeline(source, createWriteStream(path, { mode: permissions }));
}

function plainName(given: string): string {
  const name = posix.normalize(given).replace(/\/+$/, '');
  const leaves = name === '..' || name.startsWith('../') || name.startsWith('/');
  if (leaves || hasControlCharacter(name) || Buffer.byteLength(name) > 4096)
    throw new BadZip(`The archive has an entry whose name is not allowed: ${shownName(given)}`);
  return name;
}

async function linkTarget(name: string, source: Readable): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of source as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > linkLimit) throw new BadZip(`The link ${shownName(name)} has a target that is too long.`);
    parts.push(part);
  }
  const target = Buffer.concat(parts).toString('utf8');
  const reached = posix.normalize(posix.join(posix.dirname(name), target));
  if (target === '' || target.startsWith('/') || hasControlCharacter(target) || /^\.\.(\/|$)/.test(reached))
    throw leavesArchive(name);
  return target;
}

const leavesArchive = (name: string) => new BadZip(`The link ${shownName(name)} leads out of the archive.`);

async function makeLinks(folder: string, links: ReadonlyMap<string, string>): Promise<void> {
  for (const [name, target] of links) await symlink(target, join(folder, name));
  const top = await realpath(folder);
  for (const name of links.keys()) {
    // One link may lead through another. A link to nothing leads nowhere.
    const real = await realpath(join(folder, name)).catch(() => undefined);
    if (real !== undefined && real !== top && !real.startsWith(`${top}/`)) throw leavesArchive(name);
  }
}
