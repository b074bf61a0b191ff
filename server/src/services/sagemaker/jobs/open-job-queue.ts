/** The queue after a restart: running jobs keep their capacity, waiting jobs keep their order before new jobs arrive. */
import type { SageMakerResources } from '../shared/deps.ts';
import { createJobQueue, type JobQueue, type QueuedJob, queuedJob } from './job-queue.ts';
import { jobStore } from './job-store.ts';
import type { JobTraits } from './job-traits.ts';

export async function openJobQueue(
  { database, settings }: SageMakerResources,
  // biome-ignore lint/suspicious/noExplicitAny: each kind has its own type of request, which only its own functions read.
  kinds: readonly JobTraits<any>[],
): Promise<JobQueue> {
  const queue = createJobQueue({ cores: settings.jobCores, memoryGiB: settings.jobMemoryGiB });
  const waiting: QueuedJob[] = [];
  for (const { kind, limits } of kinds) {
    const store = jobStore<unknown>(database, kind);
    for (const { arn } of await store.listUnended()) {
      const job = await store.find(arn);
      const queued = job && queuedJob(job, limits);
      if (!queued) continue;
      if (job.phase === 'Starting') waiting.push(queued);
      else if (job.phase !== 'Uploading') queue.hold(queued);
    }
  }
  // The reconciler's first look at a job asks whether it was admitted.
  for (const queued of waiting.sort((a, b) => a.createdAt - b.createdAt)) queue.enter(queued, () => {});
  return queue;
}
