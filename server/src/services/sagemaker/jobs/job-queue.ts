/**
 * Who may run: the machine has so many cores and so much memory, each job asks for its instances' share of it, and jobs of all kinds go in the order of
 * their creation. Nobody overtakes: a large job is not kept waiting by small ones. A share larger than the machine is the whole machine.
 * In memory only: after a restart the reconcilers say again who runs and who waits.
 */
import type { Share } from './instance-share.ts';
import type { Job } from './job.ts';
import type { JobWork } from './job-work.ts';

export interface QueuedJob {
  readonly arn: string;
  readonly createdAt: number;
  readonly share: Share;
}

export interface JobQueue {
  /** Says that the job wants to run. Answers whether it may; if not, `admitted` is called when it may. Idempotent. */
  enter(job: QueuedJob, admitted: () => void): boolean;
  /** Says that the job runs already (it was adopted). Idempotent. */
  hold(job: QueuedJob): void;
  /** The job has ended, or wants to run no more. Idempotent. */
  leave(arn: string): void;
  /** What a waiting job waits for, in words for its owner. */
  reasonFor(arn: string): string;
}

interface Waiting extends QueuedJob {
  readonly admitted: () => void;
}

const isBefore = (a: QueuedJob, b: QueuedJob) =>
  a.createdAt !== b.createdAt ? a.createdAt < b.createdAt : a.arn < b.arn;

export const queuedJob = <Request>(
  { arn, createdAt, request }: Pick<Job<Request>, 'arn' | 'createdAt' | 'request'>,
  work: Pick<JobWork<Request>, 'share'>,
): QueuedJob => ({ arn, createdAt: createdAt.getTime(), share: work.share(request) });

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
    const room = free();
    return share.cores <= room.cores && share.memoryGiB <= room.memoryGiB;
  };

  function admit(): void {
    for (let first = waiting[0]; first && fits(capped(first.share)); first = waiting[0]) {
      waiting.shift();
      holding.set(first.arn, capped(first.share));
      first.admitted();
    }
  }

  function forget(arn: string): void {
    const place = waiting.findIndex((job) => job.arn === arn);
    if (place !== -1) waiting.splice(place, 1);
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
      const place = waiting.findIndex((job) => job.arn === arn);
      const share = capped(waiting[place]?.share ?? { cores: 0, memoryGiB: 0 });
      const room = free();
      const before = place > 0 ? ` and ${place} ${place === 1 ? 'job waits' : 'jobs wait'} before it` : '';
      return (
        `it needs ${share.cores} of ${machine.cores} cores and ${share.memoryGiB} of ${machine.memoryGiB} GiB of memory; ` +
        `${Math.max(room.cores, 0)} cores and ${Math.max(room.memoryGiB, 0)} GiB are free${before}`
      );
    },
  };
}
