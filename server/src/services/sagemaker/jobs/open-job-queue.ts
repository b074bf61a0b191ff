/** The queue as it is after a restart: who runs keeps its place, who waits is in line before anybody new comes. */
import type { SageMakerResources } from '../shared/deps.ts';
import { createJobQueue, type JobQueue, queuedJob } from './job-queue.ts';
import { jobStore } from './job-store.ts';
import type { JobWork } from './job-work.ts';

export async function openJobQueue(
  { database, settings }: SageMakerResources,
  // biome-ignore lint/suspicious/noExplicitAny: each kind has a request of its own, which only its own work reads.
  works: readonly JobWork<any>[],
): Promise<JobQueue> {
  const queue = createJobQueue({ cores: settings.jobCores, memoryGiB: settings.jobMemoryGiB });
  const waiting: ReturnType<typeof queuedJob>[] = [];
  for (const work of works) {
    const store = jobStore<unknown>(database, work.kind);
    for (const { arn } of await store.listUnended()) {
      const job = await store.find(arn);
      if (!job) continue;
      const queued = queuedJob(job, work);
      if (job.phase === 'Starting') waiting.push(queued);
      else if (job.phase !== 'Uploading') queue.hold(queued);
    }
  }
  // Whoever is let in here learns it at its reconciler's first look.
  for (const queued of waiting.sort((a, b) => a.createdAt - b.createdAt)) queue.enter(queued, () => {});
  return queue;
}
