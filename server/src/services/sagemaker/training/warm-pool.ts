/**
 * The warm pool in a training job's description. Every start is warm here, so no instance is reserved: the status follows the requested time, and
 * no pool is taken from one job by another (Reused).
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_WarmPoolStatus.html
 */
import type { TrainingJob } from './training-job.ts';

export interface WarmPool {
  readonly Status: 'InUse' | 'Available' | 'Terminated';
  readonly ResourceRetainedBillableTimeInSeconds?: number;
}

/** Undefined for a job without a warm pool. */
export function warmPoolOf(job: TrainingJob, now: Date): WarmPool | undefined {
  const keepAlive = job.request.ResourceConfig?.KeepAlivePeriodInSeconds;
  if (keepAlive === undefined) return undefined;
  const { endedAt } = job.state;
  if (endedAt === undefined) return { Status: 'InUse' };
  const retainedMs = Math.min(now.getTime() - endedAt, keepAlive * 1000);
  return {
    Status: endedAt + keepAlive * 1000 > now.getTime() ? 'Available' : 'Terminated',
    ResourceRetainedBillableTimeInSeconds: Math.max(0, Math.floor(retainedMs / 1000)),
  };
}
