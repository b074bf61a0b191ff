/** The folders of a job: `<kind>/<run id>/` with one folder for each of its runs. The names outlive upgrades of the server, so they never change. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readBeneath } from '../../../../engine/beneath.ts';
import type { Executor } from '../../../../engine/executor.ts';
import { removeTree } from '../../../../engine/remove-tree.ts';
import type { Host } from '../host.ts';
import type { Job } from '../job.ts';
import type { JobLimits } from '../job-traits.ts';

export interface RunFolders<Request> {
  dirOf(job: Job<Request>): string;
  hostsOf(job: Job<Request>): Host[];
  setUpDir(job: Job<Request>): string;
  companionDir(job: Job<Request>): string;
}

export function runFolders<Request>(limits: JobLimits<Request>, kindDir: string): RunFolders<Request> {
  const dirOf = (job: Job<Request>) => join(kindDir, job.state.runId);
  return {
    dirOf,
    hostsOf: (job) =>
      Array.from({ length: limits.instanceCount(job) }, (_, i) => {
        const name = `algo-${i + 1}`;
        const dir = join(dirOf(job), name);
        return { name, dir, ml: join(dir, 'ml') };
      }),
    setUpDir: (job) => join(dirOf(job), 'making'),
    companionDir: (job) => join(dirOf(job), 'companion'),
  };
}

/** Removes a job's folder and what its runs have outside of it. */
export async function removeRuns(folder: string, executor: Executor): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) await executor.remove(join(folder, name));
  await removeTree(folder);
}

/** The text that the program wrote to output/failure. AWS shows the first 1,024 characters. */
export async function writtenFailure(host: Host): Promise<string | undefined> {
  const written = await readBeneath(host.ml, 8192, 'output', 'failure');
  return written?.toString('utf8').trim().slice(0, 1024) || undefined;
}
