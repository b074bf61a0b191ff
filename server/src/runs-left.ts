/** The runs of a data folder: processes and containers of jobs and models, which continue without a server. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Executor } from './engine/executor.ts';
import { isThere } from './engine/is-there.ts';

const foldersIn = async (dir: string) => {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(dir, name));
};

/** Where a run began: runs/<kind>/<id> or runs/<kind>/<id>/<run>. Files of the job are in deeper folders. */
export async function runsBelow(runsDir: string): Promise<string[]> {
  const owners = (await Promise.all((await foldersIn(runsDir)).map(foldersIn))).flat();
  const folders = [...owners, ...(await Promise.all(owners.map(foldersIn))).flat()];
  const began = await Promise.all(
    folders.map(async (dir) => (await isThere(join(dir, 'claim'))) || (await isThere(join(dir, 'container')))),
  );
  return folders.filter((_, i) => began[i]);
}

export async function runningBelow(runsDir: string, executor: Executor): Promise<string[]> {
  const runs = await runsBelow(runsDir);
  const states = await Promise.all(runs.map((dir) => executor.status(dir).catch(() => ({ state: 'lost' }))));
  return runs.filter((_, i) => states[i]?.state === 'running');
}

/** Its folder stays, so that the next server learns how it ended. */
export async function killRun(dir: string, executor: Executor): Promise<void> {
  await executor.signal(dir, 'SIGKILL');
  const { state } = await executor.status(dir);
  if (state === 'running') await new Promise<void>((ended) => executor.onExit(dir, ended));
}

const counted = (count: number, one: string, many: string) =>
  count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];

/** "2 model replicas and 1 job process"; undefined if there is none. */
export function describeRuns(runsDir: string, runs: readonly string[]): string | undefined {
  const replicas = runs.filter((dir) => dir.startsWith(join(runsDir, 'replicas', '/'))).length;
  const parts = [
    ...counted(replicas, 'model replica', 'model replicas'),
    ...counted(runs.length - replicas, 'job process', 'job processes'),
  ];
  return parts.length > 0 ? parts.join(' and ') : undefined;
}
