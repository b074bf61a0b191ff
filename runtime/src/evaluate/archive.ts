/** The model artifact of an evaluation, unpacked. Nothing in it is trusted: only plain files at safe paths come out. */
import { createReadStream, createWriteStream } from 'node:fs';
import { access, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { ClientError } from '../contract/client-error.ts';

const usualMaxBytes = 20 * 2 ** 30;
/** Newlines and the like: a name that a program which reads by lines takes for two. */
const unseen = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/** Names the archive's entry, not a path of the machine. */
const asEntry = (name: string) => (error: NodeJS.ErrnoException) => {
  if (['EEXIST', 'ENOTDIR', 'EISDIR'].includes(error.code ?? ''))
    throw new ClientError(`the entry ${JSON.stringify(name)} stands where another one is`);
  throw error;
};

/**
 * The folder with the model's files: the archive unpacked beside itself, or the folder as it is where there is no archive. `volumeBytes`: what the job
 * may write.
 */
export async function openArtifact(folder: string, volumeBytes = Number.POSITIVE_INFINITY): Promise<string> {
  const maxBytes = Math.min(usualMaxBytes, volumeBytes);
  const archive = join(folder, 'model.tar.gz');
  if (
    !(await access(archive).then(
      () => true,
      () => false,
    ))
  )
    return folder;
  const target = join(folder, 'unpacked');
  const tar = extract();
  const feeding = pipeline(createReadStream(archive), createGunzip(), tar);
  feeding.catch(() => {});
  let bytes = 0;
  try {
    for await (const entry of tar) {
      const { name, type, size = 0 } = entry.header;
      bytes += size;
      const names = name.split('/').filter((part) => part !== '' && part !== '.');
      if (name.startsWith('/') || names.includes('..') || name.includes('\0'))
        throw new ClientError(`the entry ${JSON.stringify(name)} leads out of the archive`);
      if (unseen.test(name))
        throw new ClientError(
          `the entry ${JSON.stringify(name)} has a newline or another control character in its name`,
        );
      if (bytes > maxBytes) throw new ClientError(`the archive unpacks to more than ${maxBytes} bytes`);
      const path = join(target, ...names);
      if (type === 'directory') {
        await mkdir(path, { recursive: true }).catch(asEntry(name));
        entry.resume();
      } else if (type === 'file') {
        await mkdir(dirname(path), { recursive: true }).catch(asEntry(name));
        // Where the archive broke off meanwhile, the entry has already emitted its error: piping it now would wait forever.
        if (entry.destroying) await feeding;
        await pipeline(entry, createWriteStream(path, { flags: 'wx' })).catch(asEntry(name));
      } else
        throw new ClientError(`the entry ${JSON.stringify(name)} is a ${type}; only files and folders are unpacked`);
    }
    await feeding;
  } catch (error) {
    await rm(target, { recursive: true, force: true });
    throw new ClientError(`model.tar.gz could not be opened: ${(error as Error).message}`);
  }
  return target;
}
