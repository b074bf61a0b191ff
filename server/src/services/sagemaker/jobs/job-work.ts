/** What one kind of job does in each phase of job-reconciler.ts. */
import type { Aws } from '../../../contract/aws.ts';
import type { PlatformEvent } from '../../../contract/event.ts';
import type { ProcessSpec, RunSpec } from '../../../engine/executor.ts';
import type { SageMakerResources } from '../shared/deps.ts';
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
  /** How long the job may take from its creation on, waiting included. */
  maxWaitMs?(job: Job<Request>): number | undefined;
  /** How long the job may wait for its place. */
  maxPendingMs?(job: Job<Request>): number | undefined;
  /** How often the job begins again where the platform failed it. */
  maxRetries?(job: Job<Request>): number;
  /** How many instances. */
  instanceCount(job: Job<Request>): number;
  /** What an instance may write, in GiB; undefined: as much as there is room for. */
  volumeGiB(job: Job<Request>): number | undefined;
  /** What they ask of the machine together. */
  share(request: Request): Share;
  /** What must run once before anything else can (an environment is made); its output is the beginning of the job's log. */
  making?(
    job: Job<Request>,
    resources: SageMakerResources,
    /** The job's folder, in which its runs have theirs. */
    jobDir: string,
  ): Promise<Omit<ProcessSpec, 'dir'> | undefined>;
  /** Fills the folders that stand for /opt/ml. Throws JobFailed; ends soon where the signal does. */
  prepare(
    job: Job<Request>,
    hosts: readonly Host[],
    aws: Aws,
    resources: SageMakerResources,
    signal: AbortSignal,
  ): Promise<void>;
  /** What runs beside the instances as long as one of them does. Where it ends before them, the job fails. */
  companion?(
    job: Job<Request>,
    hosts: readonly Host[],
    resources: SageMakerResources,
  ): Promise<Omit<ProcessSpec, 'dir'> | undefined>;
  /** What was wrong with the companion's work, for the job's owner; undefined where nothing was. */
  explainCompanion?(hosts: readonly Host[]): Promise<string | undefined>;
  /** The instance's program. `identity`: the variables by which it finds the platform and its role's credentials. */
  launch(
    job: Job<Request>,
    host: Host,
    identity: Readonly<Record<string, string>>,
    resources: SageMakerResources,
  ): RunSpec | Promise<RunSpec>;
  /** Why the program failed, for the job's owner, where it left no word of its own. */
  explain?(job: Job<Request>, host: Host, exitCode: number, resources: SageMakerResources): Promise<string | undefined>;
  /** Called again and again while the instances run: begins what is due and does not wait for it. */
  tend?(job: Job<Request>, hosts: readonly Host[], role: () => Promise<Aws>): void;
  /** Reads what an instance printed, as the platform itself; answers what the row keeps of it. */
  read?(job: Job<Request>, lines: readonly string[], at: Date, aws: Aws): Promise<Partial<Job['state']> | undefined>;
  /** Keeps what must be kept even though the program failed. */
  salvage?(job: Job<Request>, hosts: readonly Host[], aws: Aws, signal: AbortSignal): Promise<void>;
  /** What the row keeps of a job however it ended: read before its folder goes. */
  left?(job: Job<Request>, hosts: readonly Host[]): Promise<Partial<Job['state']>>;
  /** Stores what the processes left; answers what the row keeps of it. Throws soon where the signal ends. */
  upload(job: Job<Request>, hosts: readonly Host[], aws: Aws, signal: AbortSignal): Promise<Partial<Job['state']>>;
  /** Secondary status and message of a phase or an end. */
  transition(to: Phase | JobStatus | 'Restarting', job: Job<Request>): { status: string; message: string };
  event(job: Job<Request>): PlatformEvent;
  /** After the end has committed: what need not be certain (metrics). */
  afterwards(job: Job<Request>, aws: Aws): Promise<void>;
  /** Ends what the work itself has under way. Jobs go on. */
  stop?(): Promise<void>;
}
