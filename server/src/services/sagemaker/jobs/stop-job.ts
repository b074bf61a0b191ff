/** Records the request to stop a job. The reconciler signals the processes. */
import type { Call } from '../../../contract/call.ts';
import type { PlatformEvent } from '../../../contract/event.ts';
import { Conflict } from '../../../storage/database.ts';
import type { SageMakerResources } from '../shared/deps.ts';
import { type Job, type JobKind, type JobStatus, moved, type Phase } from './job.ts';
import { jobStore } from './job-store.ts';

export async function stopJob<Request>(
  deps: SageMakerResources,
  call: Call,
  kind: JobKind,
  arn: string,
  transition: (to: Phase | JobStatus, job: Job<Request>) => { status: string; message: string },
  event: (job: Job<Request>) => PlatformEvent,
): Promise<void> {
  const store = jobStore<Request>(deps.database, kind);
  for (;;) {
    const job = await store.find(arn);
    if (!job) throw call.error('ValidationException', 'Requested resource not found.');
    if (job.status === 'Stopping') return;
    if (job.status !== 'InProgress') {
      throw call.error(
        'ValidationException',
        `The request was rejected because the ${kind} job is in status ${job.status}.`,
      );
    }
    const now = call.now.getTime();
    const { status, message } = transition('Stopping', job);
    const next: Job<Request> = {
      ...job,
      status: 'Stopping',
      modifiedAt: call.now,
      state: {
        ...job.state,
        stopRequestedAt: now,
        stopCause: 'user',
        transitions: moved(job.state.transitions, status, message, now),
      },
    };
    try {
      await deps.outbox.write([store.update(next)], event(next));
      return;
    } catch (error) {
      // The reconciler changed the job between the read and the write: look again.
      if (!(error instanceof Conflict)) throw error;
    }
  }
}
