/** The SQL about single jobs. Lists are in job-list.ts. */
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import { queryBuilder } from '../../../storage/query-builder.ts';
import type { Job, JobKind, JobStatus, Phase } from './job.ts';

export interface JobTable {
  arn: string;
  kind: JobKind;
  account: string;
  region: string;
  name: string;
  status: JobStatus;
  phase: Phase;
  created_at: number;
  modified_at: number;
  revision: number;
  log_offsets: string;
  request: string;
  state: string;
}

export const jobTables = queryBuilder<{ sagemaker_jobs: JobTable }>();

const rowOf = (job: Job): JobTable => ({
  arn: job.arn,
  kind: job.kind,
  account: job.account,
  region: job.region,
  name: job.name,
  status: job.status,
  phase: job.phase,
  created_at: job.createdAt.getTime(),
  modified_at: job.modifiedAt.getTime(),
  revision: job.revision,
  log_offsets: JSON.stringify(job.logOffsets),
  request: JSON.stringify(job.request),
  state: JSON.stringify(job.state),
});

export const jobOf = <Request>(row: JobTable): Job<Request> => ({
  arn: row.arn,
  kind: row.kind,
  account: row.account,
  region: row.region,
  name: row.name,
  status: row.status,
  phase: row.phase,
  createdAt: new Date(row.created_at),
  modifiedAt: new Date(row.modified_at),
  revision: row.revision,
  logOffsets: JSON.parse(row.log_offsets),
  request: JSON.parse(row.request),
  state: JSON.parse(row.state),
});

/** Whatever the row's revision is: shipped lines must not be shipped again. */
export const keepLogOffsets = (arn: string, offsets: Job['logOffsets']): Statement =>
  statement(
    jobTables
      .updateTable('sagemaker_jobs')
      .set({ log_offsets: JSON.stringify(offsets) })
      .where('arn', '=', arn)
      .compile(),
  );

export type JobStore<Request> = ReturnType<typeof jobStore<Request>>;

export function jobStore<Request>(database: Database, kind: JobKind) {
  return {
    insert: (job: Job<Request>): Statement =>
      statement(jobTables.insertInto('sagemaker_jobs').values(rowOf(job)).compile(), 1),

    /** Succeeds only if no other writer changed the job since it was read. Leaves the log's offsets alone. */
    update(job: Job<Request>): Statement {
      const { log_offsets: _, ...row } = rowOf(job);
      return statement(
        jobTables
          .updateTable('sagemaker_jobs')
          .set({ ...row, revision: job.revision + 1 })
          .where('arn', '=', job.arn)
          .where('revision', '=', job.revision)
          .compile(),
        1,
      );
    },

    /** Succeeds only if no other writer changed the job since it was read. Its tags go with it. */
    remove: (job: Job<Request>): Statement =>
      statement(
        jobTables
          .deleteFrom('sagemaker_jobs')
          .where('arn', '=', job.arn)
          .where('revision', '=', job.revision)
          .compile(),
        1,
      ),

    async find(arn: string): Promise<Job<Request> | undefined> {
      const [row] = await database.read(
        jobTables.selectFrom('sagemaker_jobs').selectAll().where('arn', '=', arn).compile(),
      );
      return row && jobOf<Request>(row);
    },

    async listUnended(): Promise<{ arn: string; runId: string }[]> {
      const rows = await database.read(
        jobTables
          .selectFrom('sagemaker_jobs')
          .select(['arn', 'state'])
          .where('kind', '=', kind)
          .where('phase', 'in', ['Starting', 'Downloading', 'Running', 'Uploading'])
          .orderBy('created_at')
          .compile(),
      );
      return rows.map((row) => ({ arn: row.arn, runId: JSON.parse(row.state).runId }));
    },
  };
}
