/** What one kind of job does in each phase of job-reconciler.ts. */
import type { Aws } from '../../../contract/aws.ts';
import type { PlatformEvent } from '../../../contract/event.ts';
import type { ProcessSpec, RunSpec } from '../../../engine/executor.ts';
import type { SageMakerResources } from '../deps.ts';
import type { Share } from './instance-share.ts';
import type { Job, JobKind, JobStatus, Phase } from './job.ts';

/** One instance of a job: a run of its own with a folder of its own. */
export interface Host {
  /** As the other instances call it: algo-1, algo-2, … */
  readonly name: string;
  /** The run's folder. */
  readonly dir: string;
  /** What stands for /opt/ml, on the machine. */
  readonly ml: string;
}

export interface JobWork<Request> {
  readonly kind: JobKind;
  readonly logGroup: string;
  roleArn(job: Job<Request>): string;
  maxRuntimeMs(job: Job<Request>): number;
  /** How many instances. */
  instanceCount(job: Job<Request>): number;
  /** What they ask of the machine together. */
  share(request: Request): Share;
  /** What must run once before anything else can (an environment is made); its output is the beginning of the job's log. */
  making?(job: Job<Request>, resources: SageMakerResources): Promise<Omit<ProcessSpec, 'dir'> | undefined>;
  /** Fills the folders that stand for /opt/ml. Throws JobFailed. */
  prepare(job: Job<Request>, hosts: readonly Host[], aws: Aws, resources: SageMakerResources): Promise<void>;
  /** The instance's program. `identity`: the variables by which it finds the platform and its role's credentials. */
  launch(
    job: Job<Request>,
    host: Host,
    identity: Readonly<Record<string, string>>,
    resources: SageMakerResources,
  ): RunSpec | Promise<RunSpec>;
  /** Why the program failed, for the job's owner, where it left no word of its own. */
  explain?(job: Job<Request>, host: Host, exitCode: number, resources: SageMakerResources): Promise<string | undefined>;
  /** Stores what the processes left; answers what the row keeps of it. */
  upload(job: Job<Request>, hosts: readonly Host[], aws: Aws): Promise<Partial<Job['state']>>;
  /** Secondary status and message of a phase or an end. */
  transition(to: Phase | JobStatus, job: Job<Request>): { status: string; message: string };
  event(job: Job<Request>): PlatformEvent;
  /** After the end has committed: what need not be certain (metrics). */
  afterwards(job: Job<Request>, aws: Aws): Promise<void>;
}
