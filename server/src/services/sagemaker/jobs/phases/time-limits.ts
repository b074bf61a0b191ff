/** Ends a job that runs too long, that was stopped, or of which one instance failed: SIGTERM first, SIGKILL after a grace period. */
import type { Job } from '../job.ts';
import type { JobLimits } from '../job-traits.ts';
import type { Standing } from '../runs/standing.ts';
import { changeJob, type PhaseContext } from './phase-context.ts';

/** SageMaker sends SIGTERM, waits this long, then kills: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopTrainingJob.html */
const graceMs = 120_000;

/** How soon to look at a running job again: its log grows without a signal. */
export const lookAgainMs = 250;

export const isOverdue = <Request>(job: Job<Request>, { maxWaitMs }: JobLimits<Request>, now: number) =>
  now - job.createdAt.getTime() > (maxWaitMs?.(job) ?? Number.POSITIVE_INFINITY);

/** When the first of the job's programs ended on its own although the others need it. 0: it is not known when. */
function brokenAt({ failed, companion }: Standing): number | undefined {
  if (failed) return failed.status.state === 'exited' ? failed.status.endedAt.getTime() : 0;
  if (companion.state === 'exited') return companion.endedAt.getTime();
  return companion.state === 'lost' ? 0 : undefined;
}

export async function enforceTimeLimits<Request>(
  job: Job<Request>,
  found: Standing,
  context: PhaseContext<Request>,
): Promise<void> {
  const { runs, traits, resources } = context;
  const now = resources.clock.now().getTime();
  const { stopRequestedAt, startedAt = now } = job.state;
  const since = stopRequestedAt ?? brokenAt(found);
  if (since !== undefined && now - since > graceMs) return runs.signal(job, 'SIGKILL');
  if (since === undefined) {
    const isLate = now - startedAt >= traits.limits.maxRuntimeMs(job);
    if (!isLate && !isOverdue(job, traits.limits, now)) return;
    const stopCause = isLate ? 'time limit' : 'wait limit';
    await changeJob(job, { status: 'Stopping' }, { stopRequestedAt: now, stopCause }, context);
  }
  await runs.terminate(found, now);
}
