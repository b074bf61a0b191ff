/** How long a job's results may take on their way to S3, once its programs have ended. Pure. */
import type { Job } from './job.ts';

/** As long as a program may take to end after StopTrainingJob: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopTrainingJob.html */
const afterStopMs = 120_000;
/** Of a job that was stopped before: its model is worth keeping, but whoever stopped it waits. */
const ofStoppedMs = 15 * 60_000;
/** More than a full volume takes; a job with more of its own time left has all of it. */
const usualMs = 3_600_000;

/** `bornAt`: since when this server runs. Until then nothing was uploaded, and no restart may cost a result. */
export function uploadEndsAt(
  { state }: Pick<Job, 'state'>,
  enteredAt: number,
  bornAt: number,
  maxRuntimeMs: number,
): number {
  const { stopRequestedAt, startedAt = enteredAt } = state;
  const beganAt = Math.max(enteredAt, bornAt);
  if (stopRequestedAt === undefined) return Math.max(beganAt + usualMs, startedAt + maxRuntimeMs);
  return stopRequestedAt > enteredAt ? Math.max(stopRequestedAt, bornAt) + afterStopMs : beganAt + ofStoppedMs;
}
