/**
 * A job's log streams: one for each instance, `<job>/algo-<n>-<ms>`. The row keeps how far each run's output was shipped, without a new revision. Values
 * that are read from the lines are kept in the same write, so that no line counts twice.
 */

import type { Aws } from '../../../contract/aws.ts';
import { AwsError } from '../../../contract/aws-error.ts';
import { Conflict, type Database } from '../../../storage/database.ts';
import type { SageMakerResources } from '../shared/deps.ts';
import { type LogStream, shipLog } from '../shared/log-shipper.ts';
import type { Job, JobState } from './job.ts';
import { type JobStore, jobStore, keepLogOffsets } from './job-store.ts';
import type { JobTraits } from './job-traits.ts';

/** What reads values (metrics) from printed lines; it returns what the row keeps of them. */
type ReadLog<Request> = (
  job: Job<Request>,
  lines: readonly string[],
  at: Date,
  aws: Aws,
) => Promise<Partial<JobState> | undefined>;

export interface LoggedRun {
  /** The instance into whose stream the output goes. */
  readonly host: string;
  /** The run's name among the job's offsets. */
  readonly name: string;
  readonly dir: string;
  /** Nothing more will be printed. */
  readonly hasEnded: boolean;
}

export interface JobLogs<Request> {
  streamOf(job: Job, host: string): LogStream;
  /** Ships one piece of what the run printed; the returned job knows how far. */
  ship(
    job: Job<Request>,
    run: LoggedRun,
    readLog?: ReadLog<Request>,
  ): Promise<{ readonly job: Job<Request>; readonly more: boolean }>;
}

export function jobLogs<Request>(resources: SageMakerResources, traits: JobTraits<Request>): JobLogs<Request> {
  const { database, aws, executor, clock, log } = resources;
  const store = jobStore<Request>(database, traits.kind);
  const streamOf = (job: Job, host: string): LogStream => ({
    group: traits.describe.logGroup,
    stream: `${job.name}/${host}-${job.createdAt.getTime()}`,
  });
  return {
    streamOf,
    async ship(job, { host, name, dir, hasEnded }, readLog) {
      const before = job.logOffsets[name] ?? 0;
      const service = aws.asService(job.account, 'sagemaker.amazonaws.com', job.region);
      const now = clock.now();
      const to = streamOf(job, host);
      const { offset, more, lines } = await shipLog(service, to, executor.logFile(dir), before, now, hasEnded);
      if (offset === before) return { job, more };
      const found = await readLog?.(job, lines, now, service).catch((error) => {
        if (!(error instanceof AwsError)) throw error;
        log.warn('job logs: metrics not published', { job: job.name, error });
        return undefined;
      });
      return { job: await keep(job, { ...job.logOffsets, [name]: offset }, found, database, store), more };
    },
  };
}

async function keep<Request>(
  job: Job<Request>,
  logOffsets: Job['logOffsets'],
  found: Partial<JobState> | undefined,
  database: Database,
  store: JobStore<Request>,
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
      // An operation (StopTrainingJob) changed the row between the read and the write.
      if (!(error instanceof Conflict)) throw error;
      current = (await store.find(job.arn)) ?? current;
    }
  }
}
