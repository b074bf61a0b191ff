/** The runs of one job: one for each instance, and one before them where something must be made first. Knows folders and processes, no rows. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readBeneath } from '../../../engine/beneath.ts';
import { type Executor, type RunLimits, RunRefused, type RunStatus } from '../../../engine/executor.ts';
import { removeTree } from '../../../engine/remove-tree.ts';
import type { SageMakerResources } from '../shared/deps.ts';
import { roleFor } from '../shared/execution-role.ts';
import { jobRun } from '../shared/runs.ts';
import { type Job, JobFailed } from './job.ts';
import type { Host, JobWork } from './job-work.ts';

/** A younger run may not have a program yet that could receive a signal: its sandbox is set up first. */
const youngMs = 2000;

/** A job's credentials outlive its time limit by this: the way to the process and from it takes time too. */
const credentialsGraceMs = 24 * 3_600_000;

/** An instance's processes and threads: many more than programs use, few enough that a machine has some left when one multiplies. */
const processesEach = 4096;

export interface HostStatus {
  readonly host: Host;
  readonly status: RunStatus;
}

const hasEnded = ({ state }: RunStatus) => state === 'exited' || state === 'lost';
const hasFailed = (status: RunStatus) =>
  status.state === 'lost' || (status.state === 'exited' && status.exitCode !== 0);

/** Where the job's instances stand, taken together. */
export interface Standing {
  readonly all: readonly HostStatus[];
  readonly ended: boolean;
  /** The instance that failed first; where one vanished, that one. */
  readonly failed: HostStatus | undefined;
  /** What runs beside them. */
  readonly companion: RunStatus;
}

function standing(all: readonly HostStatus[], companion: RunStatus): Standing {
  const at = ({ status }: HostStatus) => (status.state === 'exited' ? status.endedAt.getTime() : 0);
  const failed = all.filter(({ status }) => hasFailed(status)).sort((a, b) => at(a) - at(b));
  return { all, ended: all.every(({ status }) => hasEnded(status)), failed: failed[0], companion };
}

export function jobRuns<Request>(resources: SageMakerResources, work: JobWork<Request>, kindDir: string) {
  const { executor } = resources;
  const watched = new Map<string, () => void>();
  const asked = new Set<string>();
  const dirOf = (job: Job<Request>) => join(kindDir, job.state.runId);

  function hostsOf(job: Job<Request>): Host[] {
    return Array.from({ length: work.instanceCount(job) }, (_, i) => {
      const name = `algo-${i + 1}`;
      const dir = join(dirOf(job), name);
      return { name, dir, ml: join(dir, 'ml') };
    });
  }

  const makingDir = (job: Job<Request>) => join(dirOf(job), 'making');
  const companionDir = (job: Job<Request>) => join(dirOf(job), 'companion');

  /** An instance's part of the job's share, as the queue counts it. */
  function limitsOf(job: Job<Request>): RunLimits {
    const { cores, memoryGiB } = work.share(job.request);
    const count = work.instanceCount(job);
    const { jobCores, jobMemoryGiB } = resources.settings;
    return {
      cpus: Math.min(cores, jobCores) / count,
      memoryBytes: Math.min(memoryGiB, jobMemoryGiB) * (2 ** 30 / count),
      processes: processesEach,
    };
  }

  function watch(dir: string, wake: () => void): void {
    if (!watched.has(dir)) watched.set(dir, executor.onExit(dir, wake));
  }

  return {
    dirOf,
    hostsOf,
    makingDir,

    async look(job: Job<Request>): Promise<Standing> {
      const hosts = hostsOf(job);
      return standing(
        await Promise.all(hosts.map(async (host) => ({ host, status: await executor.status(host.dir) }))),
        await executor.status(companionDir(job)),
      );
    },

    /** Starts what has not begun and watches the rest. Idempotent. */
    async start(job: Job<Request>, { all, ended, companion }: Standing, wake: () => void): Promise<void> {
      if (companion.state === 'absent' && !ended) {
        const spec = await work.companion?.(job, hostsOf(job), resources);
        if (spec) await executor.start({ ...spec, dir: companionDir(job) });
      }
      const absent = all.filter(({ status }) => status.state === 'absent');
      if (absent.length > 0) {
        const identity = await resources.roleEnvironment({
          ...roleFor(job.arn, work.roleArn(job)),
          region: job.region,
          run: jobRun(job),
          lifetimeMs: work.maxRuntimeMs(job) + credentialsGraceMs,
        });
        for (const { host } of absent) {
          const spec = await work.launch(job, host, identity, resources);
          await executor.start({ ...spec, limits: limitsOf(job) }).catch((error) => {
            throw error instanceof RunRefused ? new JobFailed(`ClientError: ${error.message}`) : error;
          });
        }
      }
      for (const { host, status } of all) if (!hasEnded(status)) watch(host.dir, wake);
    },

    /** The run before the instances, begun where there is one to begin. */
    async make(job: Job<Request>, wake: () => void): Promise<RunStatus | undefined> {
      const dir = makingDir(job);
      const status = await executor.status(dir);
      if (status.state !== 'absent') {
        if (!hasEnded(status)) watch(dir, wake);
        return status;
      }
      const spec = await work.making?.(job, resources, dirOf(job));
      if (!spec) return undefined;
      await executor.start({ ...spec, dir });
      watch(dir, wake);
      return executor.status(dir);
    },

    async signal(job: Job<Request>, name: 'SIGTERM' | 'SIGKILL'): Promise<void> {
      await Promise.all(
        [makingDir(job), ...hostsOf(job).map(({ dir }) => dir)].map((dir) => executor.signal(dir, name)),
      );
    },

    /** Asks the instances to end: once each, as SageMaker does, because a program may save its work in its handler. */
    async terminate({ all }: Standing, now: number): Promise<void> {
      for (const { host, status } of all) {
        if (status.state !== 'running') continue;
        if (asked.has(host.dir) && now - status.startedAt.getTime() > youngMs) continue;
        asked.add(host.dir);
        await executor.signal(host.dir, 'SIGTERM');
      }
    },

    /** Kills whatever of the job's runs is left, and waits for its end: their folders may go then. */
    async finish(job: Job<Request>): Promise<void> {
      for (const dir of [makingDir(job), companionDir(job), ...hostsOf(job).map((host) => host.dir)]) {
        if ((await executor.status(dir)).state !== 'running') continue;
        await executor.signal(dir, 'SIGKILL');
        await new Promise<void>((ended) => executor.onExit(dir, ended));
      }
    },

    forget(job: Job<Request>): void {
      for (const dir of [makingDir(job), ...hostsOf(job).map((host) => host.dir)]) {
        watched.get(dir)?.();
        watched.delete(dir);
        asked.delete(dir);
      }
    },

    stop(): void {
      for (const unwatch of watched.values()) unwatch();
    },
  };
}

/** A job's folder, with what its runs left elsewhere. */
export async function removeRuns(folder: string, executor: Executor): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) await executor.remove(join(folder, name));
  await removeTree(folder);
}

/** What the program wrote to output/failure, as AWS shows it: the first 1,024 characters. */
export async function writtenFailure(host: Host): Promise<string | undefined> {
  const written = await readBeneath(host.ml, 8192, 'output', 'failure');
  return written?.toString('utf8').trim().slice(0, 1024) || undefined;
}
