/** What the lifecycle must know of every kind of job, whether it runs a program or not. */
import type { Aws } from '../../../contract/aws.ts';
import type { PlatformEvent } from '../../../contract/event.ts';
import type { Host } from './host.ts';
import type { Share } from './instance-share.ts';
import type { Job, JobKind, JobStatus, Phase } from './job.ts';

export interface JobTraits<Request> {
  readonly kind: JobKind;
  readonly describe: JobDescription<Request>;
  readonly limits: JobLimits<Request>;
  readonly end?: JobEnd<Request>;
  /** Ends the work that the kind itself has in progress when the server stops. Jobs continue. */
  stop?(): Promise<void>;
}

/** What others see of a job. */
export interface JobDescription<Request> {
  readonly logGroup: string;
  roleArn(job: Job<Request>): string;
  /** Secondary status and message of a phase or an end. */
  transition(to: Phase | JobStatus | 'Restarting', job: Job<Request>): { status: string; message: string };
  event(job: Job<Request>): PlatformEvent;
}

export interface JobLimits<Request> {
  /** 0 for a kind that runs no program. */
  instanceCount(job: Job<Request>): number;
  /** The cores and memory of all instances together. Left out: jobs of this kind do not wait for capacity. */
  share?(request: Request): Share;
  /** How much an instance may write, in GiB; undefined: no limit. */
  volumeGiB(job: Job<Request>): number | undefined;
  maxRuntimeMs(job: Job<Request>): number;
  /** From the job's creation on, waiting included. */
  maxWaitMs?(job: Job<Request>): number | undefined;
  /** For capacity. */
  maxPendingMs?(job: Job<Request>): number | undefined;
  /** How often the job starts again after a failure of the platform. */
  maxRetries?(job: Job<Request>): number;
}

/** Called however a job ends. */
export interface JobEnd<Request> {
  /** What the row keeps of the job's folder, read before the folder is removed. */
  keep?(job: Job<Request>, hosts: readonly Host[]): Promise<Partial<Job['state']>>;
  /** After the commit of the end. A kill may skip it (metrics). */
  afterwards?(job: Job<Request>, aws: Aws): Promise<void>;
}
