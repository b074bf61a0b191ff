/** Uploads with the rights of the job's role, for as long as they may take (upload-limit.ts). */
import type { Aws } from '../../../../contract/aws.ts';
import type { Job } from '../job.ts';
import { uploadEndsAt } from '../upload-limit.ts';
import { type PhaseContext, roleAccess } from './phase-context.ts';
import type { ProgramFinish } from './program.ts';

/** Returns undefined if the upload took too long. */
export function withinUploadLimit<Request, Result>(
  job: Job<Request>,
  context: PhaseContext<Request>,
  upload: (signal: AbortSignal, aws: Aws) => Promise<Result>,
): Promise<{ readonly result: Result } | undefined> {
  const { traits, resources, interrupts, stopping } = context;
  const { status } = traits.describe.transition('Uploading', job);
  const entered = job.state.transitions.findLast((transition) => transition.status === status)?.startTime;
  const enteredAt = entered ?? resources.clock.now().getTime();
  const endsAt = (now: Job<Request>) =>
    uploadEndsAt(now, enteredAt, context.serverStartedAt, traits.limits.maxRuntimeMs(job));
  return interrupts.run({ arn: job.arn, stopping, endsAt }, async (signal) =>
    upload(signal, await roleAccess(job, context)),
  );
}

/** Stores what must be kept of a job that failed. A failure of the upload does not replace the reason for which the job failed. */
export async function salvage<Request>(
  job: Job<Request>,
  finish: ProgramFinish<Request>,
  context: PhaseContext<Request>,
): Promise<void> {
  const { log } = context.resources;
  try {
    const kept = await withinUploadLimit(job, context, async (signal, aws) =>
      finish.salvage?.(job, context.runs.hostsOf(job), aws, signal),
    );
    if (!kept) log.warn('job reconciler: upload of outputs of a failed job timed out', { job: job.name });
  } catch (error) {
    // The next server repeats the upload.
    if (context.stopping.aborted) throw error;
    log.warn('job reconciler: upload of outputs of a failed job failed', { job: job.name, error });
  }
}
