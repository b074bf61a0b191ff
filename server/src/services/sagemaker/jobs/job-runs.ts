/** The runs of one job: one for each instance, a set-up run before them and a companion beside them if the kind has one. Knows folders and processes, no rows. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readBeneath } from '../../../engine/beneath.ts';
import { type Executor, type RunLimits, RunRefused, type RunStatus } from '../../../engine/executor.ts';
import { removeTree } from '../../../engine/remove-tree.ts';
import type { SageMakerResources } from '../shared/deps.ts';
import { roleFor } from '../shared/execution-role.ts';
import { jobRun } from '../shared/runs.ts';
import type { Host } from './host.ts';
import { type Job, JobFailed } from './job.ts';
import type { JobTraits } from './job-traits.ts';
import type { ProgramPreparation, ProgramRun } from './phases/program.ts';

/** A younger run may still be setting up its sandbox, without a program that could receive the signal. */
const youngMs = 2000;

const wholeMachine = { cores: Number.POSITIVE_INFINITY, memoryGiB: Number.POSITIVE_INFINITY };

/** A job's credentials are valid for this much longer than its time limit: downloads and uploads take time too. */
const credentialsGraceMs = 24 * 3_600_000;

/** Processes and threads of an instance: far more than programs use, and few enough that a fork bomb leaves some for the machine. */
const processesEach = 4096;

export interface HostStatus {
  readonly host: Host;
  readonly status: RunStatus;
}

const hasEnded = ({ state }: RunStatus) => state === 'exited' || state === 'lost';
const hasFailed = (status: RunStatus) =>
  status.state === 'lost' || (status.state === 'exited' && status.exitCode !== 0);

/** The states of all runs of the job. */
export interface Standing {
  readonly all: readonly HostStatus[];
  readonly ended: boolean;
  /** The instance that failed first. One that vanished comes before all others. */
  readonly failed: HostStatus | undefined;
  /** The run beside them. */
  readonly companion: RunStatus;
}

function standing(all: readonly HostStatus[], companion: RunStatus): Standing {
  const at = ({ status }: HostStatus) => (status.state === 'exited' ? status.endedAt.getTime() : 0);
  const failed = all.filter(({ status }) => hasFailed(status)).sort((a, b) => at(a) - at(b));
  return { all, ended: all.every(({ status }) => hasEnded(status)), failed: failed[0], companion };
}

export type JobRuns<Request> = ReturnType<typeof jobRuns<Request>>;

export function jobRuns<Request>(
  resources: SageMakerResources,
  { limits, describe }: JobTraits<Request>,
  kindDir: string,
) {
  const { executor } = resources;
  const watched = new Map<string, () => void>();
  const asked = new Set<string>();
  const dirOf = (job: Job<Request>) => join(kindDir, job.state.runId);

  function hostsOf(job: Job<Request>): Host[] {
    return Array.from({ length: limits.instanceCount(job) }, (_, i) => {
      const name = `algo-${i + 1}`;
      const dir = join(dirOf(job), name);
      return { name, dir, ml: join(dir, 'ml') };
    });
  }

  const setUpDir = (job: Job<Request>) => join(dirOf(job), 'making');
  const companionDir = (job: Job<Request>) => join(dirOf(job), 'companion');

  /** An instance's part of the job's share in the queue. */
  function limitsOf(job: Job<Request>): RunLimits {
    const { cores, memoryGiB } = limits.share?.(job.request) ?? wholeMachine;
    const count = limits.instanceCount(job);
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
    setUpDir,

    async look(job: Job<Request>): Promise<Standing> {
      const hosts = hostsOf(job);
      return standing(
        await Promise.all(hosts.map(async (host) => ({ host, status: await executor.status(host.dir) }))),
        await executor.status(companionDir(job)),
      );
    },

    /** Starts the runs that have not started and watches the others. Idempotent. */
    async start(
      job: Job<Request>,
      { all, ended, companion }: Standing,
      run: ProgramRun<Request>,
      wake: () => void,
    ): Promise<void> {
      if (companion.state === 'absent' && !ended) {
        const spec = await run.companion?.(job, hostsOf(job), resources);
        if (spec) await executor.start({ ...spec, dir: companionDir(job) });
      }
      const absent = all.filter(({ status }) => status.state === 'absent');
      if (absent.length > 0) {
        const identity = await resources.roleEnvironment({
          ...roleFor(job.arn, describe.roleArn(job)),
          region: job.region,
          run: jobRun(job),
          lifetimeMs: limits.maxRuntimeMs(job) + credentialsGraceMs,
        });
        for (const { host } of absent) {
          const spec = await run.launch(job, host, identity, resources);
          await executor.start({ ...spec, limits: limitsOf(job) }).catch((error) => {
            throw error instanceof RunRefused ? new JobFailed(`ClientError: ${error.message}`) : error;
          });
        }
      }
      for (const { host, status } of all) if (!hasEnded(status)) watch(host.dir, wake);
    },

    /** Starts the set-up run if the kind has one; returns its status. Idempotent. */
    async setUp(
      job: Job<Request>,
      prepare: ProgramPreparation<Request>,
      wake: () => void,
    ): Promise<RunStatus | undefined> {
      const dir = setUpDir(job);
      const status = await executor.status(dir);
      if (status.state !== 'absent') {
        if (!hasEnded(status)) watch(dir, wake);
        return status;
      }
      const spec = await prepare.setUp?.(job, resources, dirOf(job));
      if (!spec) return undefined;
      await executor.start({ ...spec, dir });
      watch(dir, wake);
      return executor.status(dir);
    },

    async signal(job: Job<Request>, name: 'SIGTERM' | 'SIGKILL'): Promise<void> {
      await Promise.all(
        [setUpDir(job), ...hostsOf(job).map(({ dir }) => dir)].map((dir) => executor.signal(dir, name)),
      );
    },

    /** Sends SIGTERM to each instance once, as SageMaker does: the program's handler may take time to save its work. */
    async terminate({ all }: Standing, now: number): Promise<void> {
      for (const { host, status } of all) {
        if (status.state !== 'running') continue;
        if (asked.has(host.dir) && now - status.startedAt.getTime() > youngMs) continue;
        asked.add(host.dir);
        await executor.signal(host.dir, 'SIGTERM');
      }
    },

    /** Kills the job's remaining runs and waits for their end. Their folders can be removed afterwards. */
    async finish(job: Job<Request>): Promise<void> {
      for (const dir of [setUpDir(job), companionDir(job), ...hostsOf(job).map((host) => host.dir)]) {
        if ((await executor.status(dir)).state !== 'running') continue;
        await executor.signal(dir, 'SIGKILL');
        await new Promise<void>((ended) => executor.onExit(dir, ended));
      }
    },

    forget(job: Job<Request>): void {
      for (const dir of [setUpDir(job), ...hostsOf(job).map((host) => host.dir)]) {
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
