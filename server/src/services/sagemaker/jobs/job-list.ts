/**
 * The SQL about lists of jobs (job-scan.ts has that of Search). Reads no more documents than the page has jobs.
 * The jobs of a page are found in an index that holds every column of the conditions. The documents are most of a row, and SQLite, which has no statistics
 * here, would read all of them.
 */
import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../../../storage/database.ts';
import type { PagePosition } from '../shared/page-token.ts';
import type { Job, JobKind } from './job.ts';
import { type JobTable, jobOf, jobTables } from './job-store.ts';

export interface JobFilter {
  readonly nameContains?: string | undefined;
  readonly status?: string | undefined;
  readonly createdAfter?: Date | undefined;
  readonly createdBefore?: Date | undefined;
  readonly modifiedAfter?: Date | undefined;
  readonly modifiedBefore?: Date | undefined;
  /** At a time, because a pool ends without a change of its row. */
  readonly warmPool?: { readonly status: string; readonly now: Date } | undefined;
}

export interface JobPage extends JobFilter {
  readonly sortBy: 'name' | 'created_at' | 'status';
  readonly order: 'asc' | 'desc';
  readonly after: PagePosition | undefined;
  readonly limit: number;
}

interface At {
  readonly account: string;
  readonly region: string;
}

type Condition = RawBuilder<unknown>;

/** The expression of the partial index of pools. The query must contain exactly this text to use the index. */
const asked = sql.raw(`json_extract(request, '$.ResourceConfig.KeepAlivePeriodInSeconds') is not null`);

/** The same status as in warm-pool.ts. */
function inWarmPool({ status, now }: NonNullable<JobFilter['warmPool']>): Condition[] {
  // Adding 0.0 makes it a number in both databases.
  const ended = sql`(json_extract(state, '$.endedAt') + 0.0)`;
  const until = sql`${ended} + 1000 * (json_extract(request, '$.ResourceConfig.KeepAlivePeriodInSeconds') + 0.0)`;
  switch (status) {
    case 'InUse':
      return [asked, sql`${ended} is null`];
    case 'Available':
      return [asked, sql`${until} > ${now.getTime()}`];
    case 'Terminated':
      return [asked, sql`${until} <= ${now.getTime()}`];
    default:
      return [asked, sql`1 = 0`];
  }
}

function conditionsOf(filter: JobFilter): Condition[] {
  const { nameContains, status, createdAfter, createdBefore, modifiedAfter, modifiedBefore, warmPool } = filter;
  return [
    ...(nameContains ? [sql`instr(name, ${nameContains}) > 0`] : []),
    ...(status ? [sql`status = ${status}`] : []),
    ...(createdAfter ? [sql`created_at >= ${createdAfter.getTime()}`] : []),
    ...(createdBefore ? [sql`created_at <= ${createdBefore.getTime()}`] : []),
    ...(modifiedAfter ? [sql`modified_at >= ${modifiedAfter.getTime()}`] : []),
    ...(modifiedBefore ? [sql`modified_at <= ${modifiedBefore.getTime()}`] : []),
    ...(warmPool ? inWarmPool(warmPool) : []),
  ];
}

/** These states have few jobs: those that run and those that wait. */
const passing: readonly (string | undefined)[] = ['InProgress', 'Stopping'];

/** The index of the order, unless another index leaves far fewer rows to look at. */
function indexFor({ sortBy, status, modifiedAfter, warmPool }: JobPage): string {
  if (warmPool) return 'sagemaker_jobs_with_pool';
  if (sortBy === 'status' || passing.includes(status)) return 'sagemaker_jobs_listed_by_status';
  if (modifiedAfter) return 'sagemaker_jobs_listed_by_modified_at';
  return sortBy === 'name' ? 'sagemaker_jobs_listed_by_name' : 'sagemaker_jobs_listed';
}

export function jobList<Request>(database: Database, kind: JobKind) {
  const read = async (query: RawBuilder<JobTable>): Promise<Job<Request>[]> =>
    (await database.read(query.compile(jobTables))).map((row) => jobOf<Request>(row));

  async function list(at: At, page: JobPage): Promise<Job<Request>[]> {
    const descends = page.order === 'desc';
    const column = sql.ref(page.sortBy);
    const order = descends ? sql`${column} desc, arn desc` : sql`${column}, arn`;
    // Row values, so that the index can be used.
    const beyond = ({ key, arn }: PagePosition) =>
      descends ? sql`(${column}, arn) < (${key}, ${arn})` : sql`(${column}, arn) > (${key}, ${arn})`;
    const conditions = [
      sql`kind = ${kind}`,
      sql`account = ${at.account}`,
      sql`region = ${at.region}`,
      ...conditionsOf(page),
      ...(page.after ? [beyond(page.after)] : []),
    ];
    const chosen = sql`select arn from sagemaker_jobs indexed by ${sql.ref(indexFor(page))}
      where ${sql.join(conditions, sql` and `)} order by ${order} limit ${page.limit}`;
    return read(sql<JobTable>`select * from sagemaker_jobs where arn in (${chosen}) order by ${order}`);
  }

  return { list };
}
