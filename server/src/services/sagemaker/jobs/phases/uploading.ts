/** Uploading: the results are stored with the role's rights; the end commits what the row keeps of them. */
import { AwsError } from '../../../../contract/aws-error.ts';
import { JobFailed, type JobState } from '../job.ts';
import { end, type PhaseFunction } from './phase.ts';
import type { ProgramFinish } from './program.ts';
import { withinUploadLimit } from './upload.ts';

export const uploading =
  <Request>(finish: ProgramFinish<Request>): PhaseFunction<Request> =>
  async (job, context) => {
    const { runs, store, queue, traits } = context;
    queue.leave(job.arn);
    let kept: { readonly result: Partial<JobState> } | undefined;
    try {
      kept = await withinUploadLimit(job, context, (signal, aws) => finish.upload(job, runs.hostsOf(job), aws, signal));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw new JobFailed(
        `ClientError: Artifact upload failed: ${error.code}: ${error.message}. Please ensure that the bucket exists and that the role "${traits.describe.roleArn(job)}" has "s3:PutObject" permissions on it.`,
      );
    }
    // A request to stop may have arrived during the upload.
    const stored = (await store.find(job.arn)) ?? job;
    if (stored.state.stopRequestedAt) return end(stored, 'Stopped', kept?.result);
    return kept ? end(stored, 'Completed', kept.result) : end(stored, 'Stopped', { stopCause: 'time limit' });
  };
