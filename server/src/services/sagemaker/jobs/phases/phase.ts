/** A phase of a job's life: from a job to what happens next. Each can be repeated, so a kill at any instant costs a repetition at most. */
import type { Job, JobState, JobStatus, Phase } from '../job.ts';
import type { PhaseContext } from './phase-context.ts';

export type Outcome<Request> =
  /** In `afterMs` at the latest; undefined: when the job is woken. */
  | { readonly next: 'look again'; readonly afterMs: number | undefined }
  | {
      readonly next: 'enter';
      readonly job: Job<Request>;
      readonly phase: WorkingPhase;
      readonly state: Partial<JobState>;
    }
  | { readonly next: 'end'; readonly job: Job<Request>; readonly status: JobStatus; readonly state: Partial<JobState> }
  | { readonly next: 'fail'; readonly job: Job<Request>; readonly reason: string }
  | { readonly next: 'restart'; readonly job: Job<Request> };

export type PhaseFunction<Request> = (job: Job<Request>, context: PhaseContext<Request>) => Promise<Outcome<Request>>;

type WorkingPhase = Exclude<Phase, 'Ended'>;
export type PhaseTable<Request> = Readonly<Record<WorkingPhase, PhaseFunction<Request>>>;

export const lookAgain = (afterMs?: number): Outcome<never> => ({ next: 'look again', afterMs });

export const enter = <Request>(
  job: Job<Request>,
  phase: WorkingPhase,
  state: Partial<JobState> = {},
): Outcome<Request> => ({ next: 'enter', job, phase, state });

export const end = <Request>(
  job: Job<Request>,
  status: JobStatus,
  state: Partial<JobState> = {},
): Outcome<Request> => ({ next: 'end', job, status, state });

export const fail = <Request>(job: Job<Request>, reason: string): Outcome<Request> => ({ next: 'fail', job, reason });

export const restart = <Request>(job: Job<Request>): Outcome<Request> => ({ next: 'restart', job });
