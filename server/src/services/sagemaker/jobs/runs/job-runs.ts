/** The runs of one job: one for each instance, a set-up run before them and a companion beside them if the kind has one. Knows folders and processes, no rows. */
import type { RunStatus } from '../../../../engine/executor.ts';
import type { SageMakerResources } from '../../shared/deps.ts';
import type { Job } from '../job.ts';
import type { JobTraits } from '../job-traits.ts';
import type { ProgramPreparation, ProgramRun } from '../phases/program.ts';
import { type RunFolders, runFolders } from './run-folders.ts';
import { hasEnded, type Standing, standing } from './standing.ts';
import { startRuns, startSetUp } from './start-runs.ts';

/** A younger run may still be setting up its sandbox, without a program that could receive the signal. */
const youngMs = 2000;

export interface JobRuns<Request> extends RunFolders<Request> {
  look(job: Job<Request>): Promise<Standing>;
  /** Starts the runs that have not started and watches the others; `wake` is called when one ends. Idempotent. */
  start(job: Job<Request>, found: Standing, run: ProgramRun<Request>, wake: () => void): Promise<void>;
  /** Starts the set-up run if the kind has one; returns its status. Idempotent. */
  setUp(job: Job<Request>, prepare: ProgramPreparation<Request>, wake: () => void): Promise<RunStatus | undefined>;
  signal(job: Job<Request>, name: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Sends SIGTERM to each instance once, as SageMaker does: the program's handler may take time to save its work. */
  terminate(found: Standing, now: number): Promise<void>;
  /** Kills the job's remaining runs and waits for their end. Their folders can be removed afterwards. */
  finish(job: Job<Request>): Promise<void>;
  forget(job: Job<Request>): void;
  stop(): void;
}

export function jobRuns<Request>(
  resources: SageMakerResources,
  traits: JobTraits<Request>,
  kindDir: string,
): JobRuns<Request> {
  const { executor } = resources;
  const folders = runFolders(traits.limits, kindDir);
  const context = { resources, traits, folders };
  const watched = new Map<string, () => void>();
  const terminated = new Set<string>();
  const watch = (dir: string, wake: () => void) => {
    if (!watched.has(dir)) watched.set(dir, executor.onExit(dir, wake));
  };
  const ownDirs = (job: Job<Request>) => [folders.setUpDir(job), ...folders.hostsOf(job).map(({ dir }) => dir)];
  return {
    ...folders,
    async look(job) {
      const hosts = folders.hostsOf(job);
      const all = await Promise.all(hosts.map(async (host) => ({ host, status: await executor.status(host.dir) })));
      return standing(all, await executor.status(folders.companionDir(job)));
    },
    async start(job, found, run, wake) {
      await startRuns(job, found, run, context);
      for (const { host, status } of found.all) if (!hasEnded(status)) watch(host.dir, wake);
    },
    async setUp(job, prepare, wake) {
      const status = await startSetUp(job, prepare, context);
      if (status && !hasEnded(status)) watch(folders.setUpDir(job), wake);
      return status;
    },
    async signal(job, name) {
      await Promise.all(ownDirs(job).map((dir) => executor.signal(dir, name)));
    },
    async terminate({ all }, now) {
      for (const { host, status } of all) {
        if (status.state !== 'running') continue;
        if (terminated.has(host.dir) && now - status.startedAt.getTime() > youngMs) continue;
        terminated.add(host.dir);
        await executor.signal(host.dir, 'SIGTERM');
      }
    },
    async finish(job) {
      for (const dir of [folders.companionDir(job), ...ownDirs(job)]) {
        if ((await executor.status(dir)).state !== 'running') continue;
        await executor.signal(dir, 'SIGKILL');
        await new Promise<void>((ended) => executor.onExit(dir, ended));
      }
    },
    forget(job) {
      for (const dir of ownDirs(job)) {
        watched.get(dir)?.();
        watched.delete(dir);
        terminated.delete(dir);
      }
    },
    stop() {
      for (const unwatch of watched.values()) unwatch();
    },
  };
}
