/** What jobs of every kind share: a row that moves through phases, each of which can be repeated. Pure. */

/** 'training', 'processing', …: the kind's rows and its folder of runs have this name, which must never change. */
export type JobKind = string;

export type JobStatus = 'InProgress' | 'Completed' | 'Failed' | 'Stopping' | 'Stopped';

/** Starting: waiting for capacity; Downloading: set-up and inputs; Running: the programs; Uploading: the results. */
export type Phase = 'Starting' | 'Downloading' | 'Running' | 'Uploading' | 'Ended';

export interface Transition {
  readonly status: string;
  readonly startTime: number;
  readonly endTime?: number;
  readonly message: string;
}

/** Times in milliseconds since 1970. */
export interface JobState {
  /** Names the run's folder. */
  readonly runId: string;
  readonly transitions: readonly Transition[];
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly failureReason?: string;
  readonly stopRequestedAt?: number;
  /** Why it was stopped. */
  readonly stopCause?: 'user' | 'time limit' | 'wait limit' | 'pending limit';
  /** How often it was started again after a failure of the platform. */
  readonly retries?: number;
  /** Why it is being killed: an instance wrote more than its volume holds. */
  readonly overflow?: string;
  /** The last value of each metric, and when it was reported if not at the end. */
  readonly metrics?: Readonly<Record<string, number>>;
  readonly metricTimes?: Readonly<Record<string, number>>;
  readonly artifactUri?: string;
  readonly exitMessage?: string;
}

export interface Job<Request = unknown> {
  readonly arn: string;
  readonly kind: JobKind;
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly status: JobStatus;
  readonly phase: Phase;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
  readonly revision: number;
  /** How much of each run's log is in CloudWatch Logs, in bytes. */
  readonly logOffsets: Readonly<Record<string, number>>;
  readonly request: Request;
  readonly state: JobState;
}

/** The transitions with a new one at their end; the one before ends when it begins. */
export function moved(transitions: readonly Transition[], status: string, message: string, now: number): Transition[] {
  const before = transitions.map((transition, i) =>
    i === transitions.length - 1 && transition.endTime === undefined ? { ...transition, endTime: now } : transition,
  );
  return [...before, { status, startTime: now, message }];
}

/** How long the job has waited for capacity, all its waits together. */
export const pendingMs = (transitions: readonly Transition[], now: number): number =>
  transitions
    .filter(({ status }) => status === 'Pending')
    .reduce((sum, { startTime, endTime = now }) => sum + endTime - startTime, 0);

/** The job failed because of its data, its settings or its program: `reason` is for its owner. */
export class JobFailed extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'JobFailed';
  }
}
