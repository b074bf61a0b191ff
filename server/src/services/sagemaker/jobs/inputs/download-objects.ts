/**
 * Downloads objects into a folder with the rights of the job's role, a few at a time. Stops soon after the signal. Objects that are in the platform's own
 * store without encryption do not pass through this process: they are linked, or copied by the system.
 */
import { constants, createWriteStream } from 'node:fs';
import { copyFile, link, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Aws } from '../../../../contract/aws.ts';
import { FileStream } from '../../../../storage/file-stream.ts';
import { openObject } from '../../shared/artifacts.ts';
import { explainedInput, type InputSource } from './input-failure.ts';
import type { InputObject } from './input-objects.ts';

const atOnce = 4;

/** links: no process may be able to write to the folder's files, because they are the store's own files. */
export type DownloadMode = 'links' | 'copies';

/** Creates the folder; its files must not exist yet. */
export async function downloadObjects(
  aws: Aws,
  objects: readonly InputObject[],
  folder: string,
  source: InputSource,
  signal: AbortSignal,
  mode: DownloadMode = 'copies',
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const waiting = objects.values();
  const downloadOneByOne = async () => {
    for (const object of waiting) {
      either.throwIfAborted();
      try {
        await download(aws, object, join(folder, ...object.names), either, mode);
      } catch (error) {
        failed.abort();
        throw explainedInput(error, source, object.bucket);
      }
    }
  };
  const done = await Promise.allSettled(Array.from({ length: atOnce }, downloadOneByOne));
  signal.throwIfAborted();
  // The first failure aborted the others.
  const reasons = done.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  const reason = reasons.find((error) => (error as Error).name !== 'AbortError') ?? reasons[0];
  if (reason) throw reason;
}

async function download(
  aws: Aws,
  object: InputObject,
  path: string,
  signal: AbortSignal,
  mode: DownloadMode,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const body = await openObject(aws, object);
  if (body instanceof FileStream && body.path && (await takeFile(body.path, path, mode))) body.destroy();
  else await pipeline(body, createWriteStream(path, { flags: 'wx' }), { signal });
}

/** Returns false if the bytes must be streamed: the file was removed meanwhile (the stream still has it), or cannot be linked. */
async function takeFile(from: string, to: string, mode: DownloadMode): Promise<boolean> {
  const take =
    mode === 'links' ? link(from, to) : copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  return take.then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'EXDEV' || error.code === 'EMLINK' || error.code === 'EPERM')
        return false;
      throw error;
    },
  );
}
