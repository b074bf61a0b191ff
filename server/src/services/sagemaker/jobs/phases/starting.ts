/** Starting: the job waits until its instances' share of cores and memory is free, or until it has waited too long. */
import { type Job, moved, pendingMs } from '../job.ts';
import { queuedJob } from '../job-queue.ts';
import { end, enter, lookAgain, type Outcome } from './phase.ts';
import { changeJob, type PhaseContext } from './phase-context.ts';
import { isOverdue } from './time-limits.ts';

const never = Number.POSITIVE_INFINITY;

export async function starting<Request>(job: Job<Request>, context: PhaseContext<Request>): Promise<Outcome<Request>> {
  const { resources, traits, queue } = context;
  const { maxPendingMs, maxWaitMs } = traits.limits;
  if (job.state.stopRequestedAt) return end(job, 'Stopped');
  const now = resources.clock.now().getTime();
  if (isOverdue(job, traits.limits, now)) return end(job, 'Stopped', { stopCause: 'wait limit' });
  const { transitions } = job.state;
  const pendingLeftMs = (maxPendingMs?.(job) ?? never) - pendingMs(transitions, now);
  if (pendingLeftMs <= 0) return end(job, 'Stopped', { stopCause: 'pending limit' });
  const queued = queuedJob(job, traits.limits);
  if (!queued || queue.enter(queued, () => context.wake(job.arn)))
    return enter(job, 'Downloading', { startedAt: job.state.startedAt ?? now });
  if (transitions.at(-1)?.status !== 'Pending') {
    const message = queue.reasonFor(job.arn);
    await changeJob(job, {}, { transitions: moved(transitions, 'Pending', message, now) }, context);
  }
  const waitLeftMs = job.createdAt.getTime() + (maxWaitMs?.(job) ?? never) - now;
  const leftMs = Math.min(pendingLeftMs, waitLeftMs);
  return lookAgain(leftMs === never ? undefined : leftMs + 1);
}
