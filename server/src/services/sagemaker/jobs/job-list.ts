/**
 * The SQL about many jobs: lists, and the pages that Search reads. Never reads more documents at once than it is asked for.
 * Lists are chosen in an index that holds every column they go by: the documents are most of a row, and SQLite, which has no statistics here, would
 * read them all to leave most out.
 */
import { type RawBuilder, sql } from 'kysely';
import { formatArn } from '../../../contract/arn.ts';
import type { Database } from '../../../storage/database.ts';
import type { PagePlace } from '../page-token.ts';
import type { Job, JobKind } from './job.ts';
import { type JobTable, jobOf, jobTables } from './job-store.ts';

export interface JobFilter {
  readonly name?: string | undefined;
  readonly nameContains?: string | undefined;
  readonly status?: string | undefined;
  readonly createdAfter?: Date | undefined;
  readonly createdBefore?: Date | undefined;
  readonly modifiedAfter?: Date | undefined;
  readonly modifiedBefore?: Date | undefined;
  /** At a time, because pools end by themselves. */
  readonly warmPool?: { readonly status: string; readonly now: Date } | undefined;
}

export interface JobPage extends JobFilter {
  readonly sortBy: 'name' | 'created_at' | 'status';
  readonly order: 'asc' | 'desc';
  readonly after: PagePlace | undefined;
  readonly limit: number;
}

interface At {
  readonly account: string;
  readonly region: string;
}

type Condition = RawBuilder<unknown>;

/** The term by which the partial index of pools is defined: it must stand in the query letter for letter. */
const asked = sql.raw(`json_extract(request, '$.ResourceConfig.KeepAlivePeriodInSeconds') is not null`);

/** As warm-pool.ts tells the status. */
function inWarmPool({ status, now }: NonNullable<JobFilter['warmPool']>): Condition[] {
  const ended = sql`json_extract(state, '$.endedAt')`;
  const until = sql`${ended} + 1000 * json_extract(request, '$.ResourceConfig.KeepAlivePeriodInSeconds')`;
  switch (status) {
    case 'InUse':
      return [asked, sql`${ended} is null`];
    case 'Available':
      return [asked, sql`${until} > ${now.getTime()}`];
    case 'Terminated':
      return [asked, sql`${until} <= ${now.getTime()}`];
    default:
      return [asked, sql`0`];
  }
}

function conditionsOf(filter: JobFilter): Condition[] {
  const { name, nameContains, status, createdAfter, createdBefore, modifiedAfter, modifiedBefore, warmPool } = filter;
  return [
    ...(name === undefined ? [] : [sql`name = ${name}`]),
    ...(nameContains ? [sql`instr(name, ${nameContains}) > 0`] : []),
    ...(status ? [sql`status = ${status}`] : []),
    ...(createdAfter ? [sql`created_at >= ${createdAfter.getTime()}`] : []),
    ...(createdBefore ? [sql`created_at <= ${createdBefore.getTime()}`] : []),
    ...(modifiedAfter ? [sql`modified_at >= ${modifiedAfter.getTime()}`] : []),
    ...(modifiedBefore ? [sql`modified_at <= ${modifiedBefore.getTime()}`] : []),
    ...(warmPool ? inWarmPool(warmPool) : []),
  ];
}

export function jobList<Request>(database: Database, kind: JobKind) {
  const read = async (query: RawBuilder<JobTable>): Promise<Job<Request>[]> =>
    (await database.read(query.compile(jobTables))).map((row) => jobOf<Request>(row));

  async function list(at: At, page: JobPage): Promise<Job<Request>[]> {
    const descends = page.order === 'desc';
    const column = sql.ref(page.sortBy);
    const order = descends ? sql`${column} desc, arn desc` : sql`${column}, arn`;
    // Row values, so that an index can be followed.
    const beyond = ({ key, arn }: PagePlace) =>
      descends ? sql`(${column}, arn) < (${key}, ${arn})` : sql`(${column}, arn) > (${key}, ${arn})`;
    const conditions = [
      sql`kind = ${kind}`,
      sql`account = ${at.account}`,
      sql`region = ${at.region}`,
      ...conditionsOf(page),
      ...(page.after ? [beyond(page.after)] : []),
    ];
    const index = sql.ref(page.warmPool ? 'sagemaker_jobs_with_pool' : 'sagemaker_jobs_listed');
    const chosen = sql`select arn from sagemaker_jobs indexed by ${index}
      where ${sql.join(conditions, sql` and `)} order by ${order} limit ${page.limit}`;
    return read(sql<JobTable>`select * from sagemaker_jobs where arn in (${chosen}) order by ${order}`);
  }

  const prefix = (at: At) => formatArn('sagemaker', at.region, at.account, `${kind}-job/`);

  /** In the order in which the rows lie: three times as fast as any other. */
  async function* byArn(at: At, filter: JobFilter, limit: number): AsyncGenerator<Job<Request>[]> {
    let after = prefix(at);
    const end = `${after}\u{10ffff}`;
    const { name, ...others } = filter;
    const conditions = conditionsOf(others);
    if (name !== undefined) conditions.push(sql`arn = ${after + name}`);
    for (;;) {
      const all = sql.join([sql`arn > ${after}`, sql`arn < ${end}`, ...conditions], sql` and `);
      const page = await read(sql<JobTable>`select * from sagemaker_jobs where ${all} order by arn limit ${limit}`);
      yield page;
      if (page.length < limit) return;
      after = page.at(-1)?.arn ?? end;
    }
  }

  async function* byCreation(at: At, filter: JobFilter, limit: number): AsyncGenerator<Job<Request>[]> {
    let after: PagePlace | undefined;
    for (;;) {
      const page = await list(at, { ...filter, sortBy: 'created_at', order: 'asc', after, limit });
      yield page;
      const last = page.at(-1);
      if (page.length < limit || !last) return;
      after = { key: last.createdAt.getTime(), arn: last.arn };
    }
  }

  return {
    list,
    /** All jobs that pass the filter, so many documents at a time, in no certain order. */
    pages(at: At, filter: JobFilter, limit: number): AsyncGenerator<Job<Request>[]> {
      const timed = filter.createdAfter ?? filter.createdBefore ?? filter.modifiedAfter ?? filter.modifiedBefore;
      return timed && filter.name === undefined ? byCreation(at, filter, limit) : byArn(at, filter, limit);
    },
  };
}
