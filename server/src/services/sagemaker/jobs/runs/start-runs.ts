/** Starts the runs of a job: the set-up run, the companion, the instances. Idempotent: a run that has started is left alone. */
import { type RunLimits, RunRefused, type RunStatus } from '../../../../engine/executor.ts';
import type { SageMakerResources } from '../../shared/deps.ts';
import { roleFor } from '../../shared/execution-role.ts';
import { jobRun } from '../../shared/runs.ts';
import { type Job, JobFailed } from '../job.ts';
import type { JobTraits } from '../job-traits.ts';
import type { ProgramPreparation, ProgramRun } from '../phases/program.ts';
import type { RunFolders } from './run-folders.ts';
import type { Standing } from './standing.ts';

/** A job's credentials are valid for this much longer than its time limit: downloads and uploads take time too. */
const credentialsGraceMs = 24 * 3_600_000;

/** Processes and threads of an instance: far more than programs use, and few enough that a fork bomb leaves some for the machine. */
const processesEach = 4096;

const wholeMachine = { cores: Number.POSITIVE_INFINITY, memoryGiB: Number.POSITIVE_INFINITY };

export interface RunContext<Request> {
  readonly resources: SageMakerResources;
  readonly traits: JobTraits<Request>;
  readonly folders: RunFolders<Request>;
}

export async function startRuns<Request>(
  job: Job<Request>,
  { all, ended, companion }: Standing,
  run: ProgramRun<Request>,
  context: RunContext<Request>,
): Promise<void> {
  const { resources, traits, folders } = context;
  if (companion.state === 'absent' && !ended) {
    const spec = await run.companion?.(job, folders.hostsOf(job), resources);
    if (spec) await resources.executor.start({ ...spec, dir: folders.companionDir(job) });
  }
  const absent = all.filter(({ status }) => status.state === 'absent');
  if (absent.length === 0) return;
  const identity = await resources.roleEnvironment({
    ...roleFor(job.arn, traits.describe.roleArn(job)),
    region: job.region,
    run: jobRun(job),
    lifetimeMs: traits.limits.maxRuntimeMs(job) + credentialsGraceMs,
  });
  for (const { host } of absent) {
    const spec = await run.launch(job, host, identity, resources);
    await resources.executor.start({ ...spec, limits: limitsOf(job, context) }).catch((error) => {
      throw error instanceof RunRefused ? new JobFailed(`ClientError: ${error.message}`) : error;
    });
  }
}

/** Returns the status of the set-up run; undefined if the job needs none. */
export async function startSetUp<Request>(
  job: Job<Request>,
  prepare: ProgramPreparation<Request>,
  { resources, folders }: RunContext<Request>,
): Promise<RunStatus | undefined> {
  const { executor } = resources;
  const dir = folders.setUpDir(job);
  const status = await executor.status(dir);
  if (status.state !== 'absent') return status;
  const spec = await prepare.setUp?.(job, resources, folders.dirOf(job));
  if (!spec) return undefined;
  await executor.start({ ...spec, dir });
  return executor.status(dir);
}

/** An instance's part of the job's share in the queue. */
function limitsOf<Request>(job: Job<Request>, { resources, traits }: RunContext<Request>): RunLimits {
  const { cores, memoryGiB } = traits.limits.share?.(job.request) ?? wholeMachine;
  const count = traits.limits.instanceCount(job);
  const { jobCores, jobMemoryGiB } = resources.settings;
  return {
    cpus: Math.min(cores, jobCores) / count,
    memoryBytes: Math.min(memoryGiB, jobMemoryGiB) * (2 ** 30 / count),
    processes: processesEach,
  };
}
