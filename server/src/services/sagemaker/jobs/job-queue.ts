/**
 * Admits jobs while the machine has the cores and the memory that their instances request, in the order of creation across all kinds. No job overtakes
 * another, so small jobs cannot keep a large one waiting. A request for more than the machine has counts as the whole machine.
 * In memory only: open-job-queue.ts builds it from the rows after a restart.
 */
import type { Share } from './instance-share.ts';
import type { Job } from './job.ts';
import type { JobLimits } from './job-traits.ts';

export interface QueuedJob {
  readonly arn: string;
  readonly createdAt: number;
  readonly share: Share;
}

export interface JobQueue {
  /** Returns whether the job may run; if not, `admitted` is called when it may. Idempotent. */
  enter(job: QueuedJob, admitted: () => void): boolean;
  /** The job runs already: it was adopted after a restart. Idempotent. */
  hold(job: QueuedJob): void;
  /** The job needs its capacity no longer. Idempotent. */
  leave(arn: string): void;
  /** What a waiting job waits for: a message for its owner. */
  reasonFor(arn: string): string;
}

interface Waiting extends QueuedJob {
  readonly admitted: () => void;
}

const isBefore = (a: QueuedJob, b: QueuedJob) =>
  a.createdAt !== b.createdAt ? a.createdAt < b.createdAt : a.arn < b.arn;

/** Undefined for a kind whose jobs do not wait for capacity. */
export function queuedJob<Request>(
  { arn, createdAt, request }: Pick<Job<Request>, 'arn' | 'createdAt' | 'request'>,
  limits: Pick<JobLimits<Request>, 'share'>,
): QueuedJob | undefined {
  const share = limits.share?.(request);
  return share && { arn, createdAt: createdAt.getTime(), share };
}

export function createJobQueue(machine: Share): JobQueue {
  const holding = new Map<string, Share>();
  const waiting: Waiting[] = [];
  const capped = ({ cores, memoryGiB }: Share): Share => ({
    cores: Math.min(cores, machine.cores),
    memoryGiB: Math.min(memoryGiB, machine.memoryGiB),
  });

  function free(): Share {
    let { cores, memoryGiB } = machine;
    for (const share of holding.values()) {
      cores -= share.cores;
      memoryGiB -= share.memoryGiB;
    }
    return { cores, memoryGiB };
  }

  const fits = (share: Share) => {
    const { cores, memoryGiB } = free();
    return share.cores <= cores && share.memoryGiB <= memoryGiB;
  };

  function admit(): void {
    for (let first = waiting[0]; first && fits(capped(first.share)); first = waiting[0]) {
      waiting.shift();
      holding.set(first.arn, capped(first.share));
      first.admitted();
    }
  }

  function forget(arn: string): void {
    const position = waiting.findIndex((job) => job.arn === arn);
    if (position !== -1) waiting.splice(position, 1);
  }

  return {
    enter(job, admitted) {
      if (holding.has(job.arn)) return true;
      forget(job.arn);
      waiting.splice(waiting.findLastIndex((other) => isBefore(other, job)) + 1, 0, { ...job, admitted });
      admit();
      return holding.has(job.arn);
    },
    hold({ arn, share }) {
      forget(arn);
      holding.set(arn, capped(share));
    },
    leave(arn) {
      forget(arn);
      if (holding.delete(arn) || waiting.length > 0) admit();
    },
    reasonFor(arn) {
      const position = waiting.findIndex((job) => job.arn === arn);
      const requested = capped(waiting[position]?.share ?? { cores: 0, memoryGiB: 0 });
      return waitingMessage(requested, free(), machine, position);
    },
  };
}

function waitingMessage(requested: Share, free: Share, machine: Share, jobsAhead: number): string {
  const ahead = jobsAhead > 0 ? `; ${jobsAhead} ${jobsAhead === 1 ? 'job is' : 'jobs are'} ahead in the queue` : '';
  return (
    `Waiting for capacity: ${requested.cores} vCPUs and ${requested.memoryGiB} GiB of memory requested, ` +
    `${Math.max(free.cores, 0)} of ${machine.cores} vCPUs and ${Math.max(free.memoryGiB, 0)} of ${machine.memoryGiB} GiB available${ahead}.`
  );
}
