/** What a kind of job whose instances run programs contributes to the phases of program-phases.ts. */
import type { Aws } from '../../../../contract/aws.ts';
import type { ProcessSpec, RunSpec } from '../../../../engine/executor.ts';
import type { SageMakerResources } from '../../shared/deps.ts';
import type { Host } from '../host.ts';
import type { Job } from '../job.ts';

export interface Program<Request> {
  readonly prepare: ProgramPreparation<Request>;
  readonly run: ProgramRun<Request>;
  readonly finish: ProgramFinish<Request>;
}

/** Phase Downloading. */
export interface ProgramPreparation<Request> {
  /** A run that must succeed before the instances start (it creates an environment); the job's log begins with its output. */
  setUp?(
    job: Job<Request>,
    resources: SageMakerResources,
    /** The job's folder, in which its runs have their folders. */
    jobDir: string,
  ): Promise<Omit<ProcessSpec, 'dir'> | undefined>;
  /** Fills the folders that become /opt/ml. Throws JobFailed; returns soon after the signal. */
  download(
    job: Job<Request>,
    hosts: readonly Host[],
    aws: Aws,
    resources: SageMakerResources,
    signal: AbortSignal,
  ): Promise<void>;
}

/** Phase Running. */
export interface ProgramRun<Request> {
  /** A run beside the instances for as long as one of them runs. The job fails if it ends before them. */
  companion?(
    job: Job<Request>,
    hosts: readonly Host[],
    resources: SageMakerResources,
  ): Promise<Omit<ProcessSpec, 'dir'> | undefined>;
  /** What went wrong in the companion, for the job's owner; undefined if nothing did. */
  companionFailure?(hosts: readonly Host[]): Promise<string | undefined>;
  /** The instance's program. `identity`: the variables by which it finds the platform and its role's credentials. */
  launch(
    job: Job<Request>,
    host: Host,
    identity: Readonly<Record<string, string>>,
    resources: SageMakerResources,
  ): RunSpec | Promise<RunSpec>;
  /** Called repeatedly while the instances run. Starts what is due and does not wait for it. */
  whileRunning?(job: Job<Request>, hosts: readonly Host[], role: () => Promise<Aws>): void;
  /** Reads printed lines, with the platform's own rights; returns what the row keeps of them. */
  readLog?(job: Job<Request>, lines: readonly string[], at: Date, aws: Aws): Promise<Partial<Job['state']> | undefined>;
  /** Why the program failed, for the job's owner, if the program wrote no reason itself. */
  failureReason?(
    job: Job<Request>,
    host: Host,
    exitCode: number,
    resources: SageMakerResources,
  ): Promise<string | undefined>;
}

/** Phase Uploading, and the end of a job that failed while it ran. */
export interface ProgramFinish<Request> {
  /** Stores the results; returns what the row keeps of them. Throws soon after the signal. */
  upload(job: Job<Request>, hosts: readonly Host[], aws: Aws, signal: AbortSignal): Promise<Partial<Job['state']>>;
  /** Stores what must be kept of a job whose program failed. */
  salvage?(job: Job<Request>, hosts: readonly Host[], aws: Aws, signal: AbortSignal): Promise<void>;
}
