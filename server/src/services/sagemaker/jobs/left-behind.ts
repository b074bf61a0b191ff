/**
 * What a job's program left in its folder. The program was free to leave links to anywhere, which mean nothing where it ran and something to the platform:
 * nothing outside of the folder is ever read for it.
 */
import { constants } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { JobFailed } from './job.ts';

/** More than a reason or a few hundred metrics. */
const mostBytes = 256 * 1024;

const isBelow = async (path: string, folder: string) => path.startsWith(`${await realpath(folder)}${sep}`);

/** The beginning of a file's text; undefined where there is none, or none of the folder's own. */
export async function textLeft(ml: string, ...names: string[]): Promise<string | undefined> {
  const path = await realpath(join(ml, ...names)).catch(() => undefined);
  if (!path || !(await isBelow(path, ml))) return undefined;
  // Nobody writes the other end of a FIFO: opening it would wait.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW).catch(
    () => undefined,
  );
  try {
    if (!handle || !(await handle.stat()).isFile()) return undefined;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(mostBytes), 0, mostBytes, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle?.close();
  }
}

/** The folder itself, where it is one and the job's own. Throws JobFailed. */
export async function folderLeft(folder: string, ml: string, shown: string): Promise<string> {
  const path = await realpath(folder).catch(() => undefined);
  if (path && (await isBelow(path, ml)) && (await stat(path)).isDirectory()) return path;
  throw new JobFailed(
    `ClientError: ${shown} is not a folder of the job's own any more; its program removed or replaced it`,
  );
}
