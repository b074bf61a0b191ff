/** Deletes the row and the tags of an ended job. Its artifacts, logs and metrics stay; its name can be used again. */
import type { Call } from '../../../contract/call.ts';
import { Conflict } from '../../../storage/database.ts';
import type { SageMakerResources } from '../shared/deps.ts';
import type { Job, JobKind } from './job.ts';
import { jobStore } from './job-store.ts';

/** `retained` says why an ended job must stay for now. */
export async function deleteJob<Request>(
  deps: SageMakerResources,
  call: Call,
  kind: JobKind,
  arn: string,
  retained: (job: Job<Request>) => string | undefined,
): Promise<void> {
  const store = jobStore<Request>(deps.database, kind);
  for (;;) {
    const job = await store.find(arn);
    if (!job) throw call.error('ResourceNotFound', 'Requested resource not found.');
    if (job.phase !== 'Ended') {
      throw call.error(
        'ResourceInUse',
        `The request was rejected because the ${kind} job is in status ${job.status}. Only jobs in status Completed, Failed or Stopped can be deleted.`,
      );
    }
    const reason = retained(job);
    if (reason !== undefined) throw call.error('ResourceInUse', reason);
    try {
      await deps.database.write([store.remove(job)]);
      return;
    } catch (error) {
      // The job changed between the read and the write: look again.
      if (!(error instanceof Conflict)) throw error;
    }
  }
}
