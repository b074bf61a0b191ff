/** How long the upload of a job's results may take. Pure. */
import type { Job } from './job.ts';

/** The same time as a program has to end after StopTrainingJob: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopTrainingJob.html */
const afterStopMs = 120_000;
/** For a job that was stopped before the upload: its model is kept, but the caller waits for the stop. */
const ofStoppedMs = 15 * 60_000;
/** More than a full volume takes. A job with more of its run time left has all of that. */
const usualMs = 3_600_000;

/** `serverStartedAt`: nothing was uploaded while no server ran, and a restart must not lose a result. */
export function uploadEndsAt(
  { state }: Pick<Job, 'state'>,
  enteredAt: number,
  serverStartedAt: number,
  maxRuntimeMs: number,
): number {
  const { stopRequestedAt, startedAt = enteredAt } = state;
  const beganAt = Math.max(enteredAt, serverStartedAt);
  if (stopRequestedAt === undefined) return Math.max(beganAt + usualMs, startedAt + maxRuntimeMs);
  return stopRequestedAt > enteredAt ? Math.max(stopRequestedAt, serverStartedAt) + afterStopMs : beganAt + ofStoppedMs;
}
