/** The SQL about many jobs: lists, and the scan that Search makes. Never reads more rows at once than it is asked for. */
import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../../../storage/database.ts';
import type { PagePlace } from '../page-token.ts';
import type { Job, JobKind, JobStatus } from './job.ts';
import { jobOf, jobTables } from './job-store.ts';

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

type At = { readonly account: string; readonly region: string };

/** Where the page goes on; row values, so that an index can be followed. */
export const beyond = (column: string, order: 'asc' | 'desc', { key, arn }: PagePlace): RawBuilder<boolean> =>
  order === 'asc'
    ? sql<boolean>`(${sql.ref(column)}, arn) > (${key}, ${arn})`
    : sql<boolean>`(${sql.ref(column)}, arn) < (${key}, ${arn})`;

/** As warm-pool.ts tells the status. Only jobs that asked for a pool have one: the partial index of migration sagemaker-tags holds them. */
function inWarmPool(status: string, now: Date): RawBuilder<boolean> {
  const ended = sql`json_extract(state, '$.endedAt')`;
  const until = sql`${ended} + 1000 * json_extract(request, '$.ResourceConfig.KeepAlivePeriodInSeconds')`;
  const asked = sql`json_extract(request, '$.ResourceConfig.KeepAlivePeriodInSeconds') is not null`;
  switch (status) {
    case 'InUse':
      return sql<boolean>`(${asked} and ${ended} is null)`;
    case 'Available':
      return sql<boolean>`(${asked} and ${until} > ${now.getTime()})`;
    case 'Terminated':
      return sql<boolean>`(${asked} and ${until} <= ${now.getTime()})`;
    default:
      return sql<boolean>`0`;
  }
}

export function jobList<Request>(database: Database, kind: JobKind) {
  function filtered(at: At, filter: JobFilter) {
    let query = jobTables
      .selectFrom('sagemaker_jobs')
      .selectAll()
      .where('kind', '=', kind)
      .where('account', '=', at.account)
      .where('region', '=', at.region);
    if (filter.name !== undefined) query = query.where('name', '=', filter.name);
    if (filter.nameContains) query = query.where((e) => e(e.fn('instr', ['name', e.val(filter.nameContains)]), '>', 0));
    if (filter.status) query = query.where('status', '=', filter.status as JobStatus);
    if (filter.createdAfter) query = query.where('created_at', '>=', filter.createdAfter.getTime());
    if (filter.createdBefore) query = query.where('created_at', '<=', filter.createdBefore.getTime());
    if (filter.modifiedAfter) query = query.where('modified_at', '>=', filter.modifiedAfter.getTime());
    if (filter.modifiedBefore) query = query.where('modified_at', '<=', filter.modifiedBefore.getTime());
    if (filter.warmPool) query = query.where(inWarmPool(filter.warmPool.status, filter.warmPool.now));
    return query;
  }

  return {
    async list(at: At, page: JobPage): Promise<Job<Request>[]> {
      let query = filtered(at, page);
      if (page.after) query = query.where(beyond(page.sortBy, page.order, page.after));
      const sorted = query.orderBy(page.sortBy, page.order).orderBy('arn', page.order).limit(page.limit);
      return (await database.read(sorted.compile())).map((row) => jobOf<Request>(row));
    },

    /** The jobs after an ARN, in the order of their ARNs. */
    async scan(at: At, filter: JobFilter, after: string, limit: number): Promise<Job<Request>[]> {
      const query = filtered(at, filter).where('arn', '>', after).orderBy('arn').limit(limit);
      return (await database.read(query.compile())).map((row) => jobOf<Request>(row));
    },
  };
}
