/**
 * A job's log streams: one for each instance, `<job>/algo-<n>-<ms>`. How far each run's output was shipped is kept beside the row, not in its revision.
 * What is read out of the lines is kept in the same write: no line counts twice.
 */

import type { Aws } from '../../../contract/aws.ts';
import { AwsError } from '../../../contract/aws-error.ts';
import { Conflict } from '../../../storage/database.ts';
import type { SageMakerResources } from '../shared/deps.ts';
import { type LogStream, shipLog } from '../shared/log-shipper.ts';
import type { Job } from './job.ts';
import { jobStore, keepLogOffsets } from './job-store.ts';
import type { JobWork } from './job-work.ts';

export function jobLogs<Request>(resources: SageMakerResources, work: JobWork<Request>) {
  const { database, aws, executor, clock, log } = resources;
  const { logGroup: group } = work;
  const store = jobStore<Request>(database, work.kind);
  const streamOf = (job: Job, host: string): LogStream => ({
    group,
    stream: `${job.name}/${host}-${job.createdAt.getTime()}`,
  });
  const read = (job: Job<Request>, lines: readonly string[], at: Date, service: Aws) =>
    work.read?.(job, lines, at, service).catch((error) => {
      if (!(error instanceof AwsError)) throw error;
      log.warn('job logs: metrics not published', { job: job.name, error });
      return undefined;
    });

  async function keep(
    job: Job<Request>,
    logOffsets: Job['logOffsets'],
    found: Partial<Job['state']> | undefined,
  ): Promise<Job<Request>> {
    if (!found) {
      await database.write([keepLogOffsets(job.arn, logOffsets)]);
      return { ...job, logOffsets };
    }
    for (let current = job; ; ) {
      const next = { ...current, state: { ...current.state, ...found } };
      try {
        await database.write([store.update(next), keepLogOffsets(job.arn, logOffsets)]);
        return { ...next, logOffsets, revision: current.revision + 1 };
      } catch (error) {
        // Somebody asked the job to stop meanwhile.
        if (!(error instanceof Conflict)) throw error;
        current = (await store.find(job.arn)) ?? current;
      }
    }
  }

  return {
    streamOf,

    /** Ships a piece of what the run `name` printed into the stream of `host`; the answered job knows how far. */
    async ship(
      job: Job<Request>,
      host: string,
      name: string,
      dir: string,
      ended: boolean,
    ): Promise<{ readonly job: Job<Request>; readonly more: boolean }> {
      const before = job.logOffsets[name] ?? 0;
      const service = aws.asService(job.account, 'sagemaker.amazonaws.com', job.region);
      const file = executor.logFile(dir);
      const now = clock.now();
      const { offset, more, lines } = await shipLog(service, streamOf(job, host), file, before, now, ended);
      if (offset === before) return { job, more };
      const logOffsets = { ...job.logOffsets, [name]: offset };
      const found = name === host ? await read(job, lines, now, service) : undefined;
      return { job: await keep(job, logOffsets, found), more };
    },
  };
}
