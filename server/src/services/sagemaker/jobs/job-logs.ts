/** A job's log streams: one for each instance, `<job>/algo-<n>-<ms>`. How far each run's output was shipped is kept beside the row, not in its revision. */
import type { SageMakerResources } from '../deps.ts';
import { type LogStream, shipLog } from '../logs/log-shipper.ts';
import type { Job } from './job.ts';
import { keepLogOffsets } from './job-store.ts';

export function jobLogs({ database, aws, executor, clock }: SageMakerResources, group: string) {
  const streamOf = (job: Job, host: string): LogStream => ({
    group,
    stream: `${job.name}/${host}-${job.createdAt.getTime()}`,
  });
  return {
    streamOf,

    /** Ships a piece of what the run `name` printed into the stream of `host`; the answered job knows how far. */
    async ship<J extends Job>(
      job: J,
      host: string,
      name: string,
      dir: string,
      ended: boolean,
    ): Promise<{ readonly job: J; readonly more: boolean }> {
      const before = job.logOffsets[name] ?? 0;
      const service = aws.asService(job.account, 'sagemaker.amazonaws.com', job.region);
      const file = executor.logFile(dir);
      const { offset, more } = await shipLog(service, streamOf(job, host), file, before, clock.now(), ended);
      if (offset === before) return { job, more };
      const logOffsets = { ...job.logOffsets, [name]: offset };
      await database.write([keepLogOffsets(job.arn, logOffsets)]);
      return { job: { ...job, logOffsets }, more };
    },
  };
}
