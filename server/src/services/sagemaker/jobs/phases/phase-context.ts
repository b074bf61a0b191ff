/** What the phases of one kind of job work with. */
import { join } from 'node:path';
import type { Aws } from '../../../../contract/aws.ts';
import { AwsError } from '../../../../contract/aws-error.ts';
import type { SageMakerResources } from '../../shared/deps.ts';
import { roleFor } from '../../shared/execution-role.ts';
import { jobRun } from '../../shared/runs.ts';
import { type Interruptions, interruptions } from '../interruptions.ts';
import { type Job, JobFailed, type JobState } from '../job.ts';
import { type JobLogs, jobLogs } from '../job-logs.ts';
import type { JobQueue } from '../job-queue.ts';
import { type JobStore, jobStore } from '../job-store.ts';
import type { JobTraits } from '../job-traits.ts';
import { type JobRuns, jobRuns } from '../runs/job-runs.ts';
import { type VolumeWatch, volumeWatch } from '../volume.ts';

/** For as long as the server runs. */
export interface KindContext<Request> {
  readonly resources: SageMakerResources;
  readonly traits: JobTraits<Request>;
  /** In which each job of the kind has a folder. */
  readonly kindDir: string;
  readonly store: JobStore<Request>;
  readonly runs: JobRuns<Request>;
  readonly logs: JobLogs<Request>;
  readonly volumes: VolumeWatch;
  readonly interrupts: Interruptions<Request>;
  /** When this server started, in ms since 1970. */
  readonly serverStartedAt: number;
}

/** For one step of one job. */
export interface PhaseContext<Request> extends KindContext<Request> {
  readonly queue: JobQueue;
  /** Aborted when the server stops. */
  readonly stopping: AbortSignal;
  wake(arn: string): void;
}

export function kindContext<Request>(resources: SageMakerResources, traits: JobTraits<Request>): KindContext<Request> {
  const kindDir = join(resources.settings.runsDir, traits.kind);
  const store = jobStore<Request>(resources.database, traits.kind);
  return {
    resources,
    traits,
    kindDir,
    store,
    runs: jobRuns(resources, traits, kindDir),
    logs: jobLogs(resources, traits),
    volumes: volumeWatch(resources.executor, () => performance.now()),
    interrupts: interruptions(store.find, resources.clock),
    serverStartedAt: resources.clock.now().getTime(),
  };
}

type Context<Request> = Pick<KindContext<Request>, 'resources' | 'traits' | 'store'>;

/** AWS as SageMaker itself calls it: logs and metrics. */
export const serviceAccess = ({ account, region }: Job, { resources }: Pick<Context<never>, 'resources'>): Aws =>
  resources.aws.asService(account, 'sagemaker.amazonaws.com', region);

/** AWS as the job's role calls it: inputs and outputs. */
export async function roleAccess<Request>(job: Job<Request>, { resources, traits }: Context<Request>): Promise<Aws> {
  try {
    return await resources.aws.asRole(roleFor(job.arn, traits.describe.roleArn(job)));
  } catch (error) {
    if (error instanceof AwsError) throw new JobFailed(`ClientError: ${error.message}`);
    throw error;
  }
}

/** Writes a change of the row, with its event where others see the change; returns the job as it is written. */
export async function changeJob<Request>(
  job: Job<Request>,
  to: Partial<Job<Request>>,
  state: Partial<JobState>,
  { resources, traits, store }: Context<Request>,
): Promise<Job<Request>> {
  const next = { ...job, ...to, state: { ...job.state, ...state }, modifiedAt: resources.clock.now() };
  const isVisible = to.phase !== undefined || to.status !== undefined;
  await resources.outbox.write([store.update(next)], ...(isVisible ? [traits.describe.event(next)] : []));
  if (next.phase !== 'Running') resources.running.end(jobRun(job));
  return { ...next, revision: job.revision + 1 };
}
