/**
 * The SQL with which Search scans jobs. It scans in slices, each a short statement: a statement that reads all jobs would block all other readers of the
 * database. From jobs that are not shown, it reads only the parts that the conditions need.
 */
import { type RawBuilder, sql } from 'kysely';
import { formatArn } from '../../../contract/arn.ts';
import type { Database } from '../../../storage/database.ts';
import type { PagePosition } from '../shared/page-token.ts';
import type { Job, JobKind } from './job.ts';
import { type JobTable, jobOf, jobTables } from './job-store.ts';

export type Condition = RawBuilder<unknown>;
export type ScanColumn = 'arn' | 'name' | 'status' | 'created_at' | 'modified_at';

export interface ScanBounds {
  readonly account: string;
  readonly region: string;
  /** The only ARN that can match. */
  readonly arn?: string | undefined;
  readonly createdAfter?: Date | undefined;
  readonly createdBefore?: Date | undefined;
}

/** The conditions of a scan. */
export interface JobConditions {
  /** Conditions that an index can decide. */
  readonly columns: Condition | undefined;
  /** All conditions. */
  readonly whole: Condition | undefined;
}

export interface JobOrder {
  /** The sort key: a column, or an expression that may be null. Nulls come last. */
  readonly key: Condition;
  readonly descends: boolean;
  readonly after: PagePosition | undefined;
  readonly limit: number;
}

/** Which parts of the documents are read. */
export interface JobParts {
  readonly request: readonly string[];
  readonly hyperParameters: readonly string[];
  readonly state: 'none' | 'metrics' | 'all';
}

/** How many rows of an index, or documents, one statement reads: a few milliseconds each. */
const indexRows = 2000;
const documents = 1000;

const all = (conditions: readonly (Condition | undefined)[]) =>
  sql.join(
    conditions.filter((condition) => condition !== undefined),
    sql` and `,
  );

type PartialRow = Pick<JobTable, 'arn' | 'name' | 'status' | 'phase' | 'created_at' | 'modified_at'> &
  Record<'state' | `part_${number}`, string | null>;

/** A job that holds only the requested parts. */
function partialJob<Request>(row: PartialRow, { account, region }: ScanBounds, kind: JobKind, wanted: JobParts) {
  const request: Record<string, unknown> = {};
  wanted.request.forEach((name, i) => {
    const part = row[`part_${i}`] ?? null;
    if (part !== null) request[name] = JSON.parse(part);
  });
  if (wanted.hyperParameters.length > 0) {
    const values = wanted.hyperParameters.map((name, i) => [name, row[`part_${wanted.request.length + i}`]] as const);
    request.HyperParameters = Object.fromEntries(values.filter(([, value]) => value !== null));
  }
  const found = row.state === null ? {} : JSON.parse(row.state);
  return {
    arn: row.arn,
    kind,
    account,
    region,
    name: row.name,
    status: row.status,
    phase: row.phase,
    createdAt: new Date(row.created_at),
    modifiedAt: new Date(row.modified_at),
    revision: 0,
    logOffsets: {},
    request: request as Request,
    state: wanted.state === 'all' ? found : { runId: '', transitions: [], metrics: found },
  } satisfies Job<Request>;
}

/** Selects the rows on the page and after it. */
function beyond({ key, descends, after }: JobOrder): Condition {
  if (!after) return sql`1 = 1`;
  const arn = sql`arn ${descends ? sql`<` : sql`>`} ${after.arn}`;
  if (after.key === null) return sql`(${key} is null and ${arn})`;
  const further = sql`${key} ${descends ? sql`<` : sql`>`} ${after.key}`;
  return sql`(${key} is null or ${further} or (${key} = ${after.key} and ${arn}))`;
}

export function jobScan<Request>(database: Database, kind: JobKind) {
  const read = <Row>(query: RawBuilder<Row>): Promise<Row[]> => database.read(query.compile(jobTables));
  const within = ({ account, region }: ScanBounds) =>
    sql`kind = ${kind} and account = ${account} and region = ${region}`;

  /** Slices of the index by creation time, each with so many jobs. Jobs that are created meanwhile are at its end. */
  async function* byCreation(bounds: ScanBounds, size: number): AsyncGenerator<Condition> {
    const { createdAfter, createdBefore } = bounds;
    const index = sql`sagemaker_jobs indexed by sagemaker_jobs_listed`;
    const until = createdBefore && sql`created_at <= ${createdBefore.getTime()}`;
    if (bounds.arn !== undefined) {
      yield sql`from sagemaker_jobs where ${all([sql`arn = ${bounds.arn}`, within(bounds)])}`;
      return;
    }
    let from = createdAfter && sql`created_at >= ${createdAfter.getTime()}`;
    for (;;) {
      const [end] = await read(sql<JobTable>`select created_at, arn from ${index}
        where ${all([within(bounds), from, until])} order by created_at, arn limit 1 offset ${size - 1}`);
      const to = end ? sql`(created_at, arn) <= (${end.created_at}, ${end.arn})` : until;
      yield sql`from ${index} where ${all([within(bounds), from, to])}`;
      if (!end) return;
      from = sql`(created_at, arn) > (${end.created_at}, ${end.arn})`;
    }
  }

  /** Slices of the table in the order of its rows: for documents, three times as fast as any other order. */
  async function* byArn(bounds: ScanBounds, size: number): AsyncGenerator<Condition> {
    const prefix = formatArn('sagemaker', bounds.region, bounds.account, `${kind}-job/`);
    let from = '';
    for (;;) {
      const [end] = await read(sql<JobTable>`select name from sagemaker_jobs indexed by sagemaker_jobs_listed_by_name
        where ${within(bounds)} and name > ${from} order by name limit 1 offset ${size - 1}`);
      yield sql`arn > ${prefix + from} and arn <= ${end ? prefix + end.name : `${prefix}\u{10ffff}`}`;
      if (!end) return;
      from = end.name;
    }
  }

  async function* inIndex(bounds: ScanBounds, condition: Condition | undefined): AsyncGenerator<Condition> {
    for await (const piece of byCreation(bounds, indexRows)) yield all([piece, condition]);
  }

  async function* inTable(bounds: ScanBounds, { columns, whole }: JobConditions): AsyncGenerator<Condition> {
    if (columns ?? bounds.arn ?? bounds.createdAfter ?? bounds.createdBefore) {
      for await (const piece of byCreation(bounds, documents)) {
        yield sql`from sagemaker_jobs where ${all([sql`arn in (select arn ${all([piece, columns])})`, whole])}`;
      }
      return;
    }
    for await (const piece of byArn(bounds, documents)) yield sql`from sagemaker_jobs where ${all([piece, whole])}`;
  }

  return {
    /** For each slice, how many jobs satisfy the conditions, and the first of them in the order. `indexed`: reads no document. */
    async *ranked(bounds: ScanBounds, conditions: JobConditions, indexed: boolean, order: JobOrder) {
      const { key, descends, limit } = order;
      const direction = descends ? sql`desc` : sql`asc`;
      const sorted = sql`case when ${beyond({ ...order, key: sql`key` })} then 0 else 1 end, key is null, key ${direction}, arn ${direction}`;
      const pieces = indexed ? inIndex(bounds, conditions.whole) : inTable(bounds, conditions);
      for await (const piece of pieces) {
        // The key may be read from a document: it is found once for each job, not at each place of the order.
        const rows = await read(sql<
          PagePosition & { total: number }
        >`with found as materialized (select ${key} as key, arn ${piece})
          select key, arn, count(*) over () as total from found order by ${sorted} limit ${limit}`);
        yield { total: rows[0]?.total ?? 0, first: rows.map(({ arn, key: value }) => ({ arn, key: value })) };
      }
    },

    /** Jobs that may satisfy the conditions, with the requested parts. */
    async *parts(bounds: ScanBounds, conditions: JobConditions, wanted: JobParts): AsyncGenerator<Job<Request>[]> {
      const members = [
        ...wanted.request.map((name) => sql`request -> ${name}`),
        ...wanted.hyperParameters.map((name) => sql`request -> 'HyperParameters' ->> ${name}`),
      ].map((part, i) => sql`, ${part} as ${sql.ref(`part_${i}`)}`);
      const state = { none: sql`null`, metrics: sql`state -> 'metrics'`, all: sql`state` }[wanted.state];
      const selected = sql`arn, name, status, phase, created_at, modified_at, ${state} as state${sql.join(members, sql``)}`;
      for await (const piece of inTable(bounds, conditions)) {
        const rows = await read(sql<PartialRow>`select ${selected} ${piece}`);
        yield rows.map((row) => partialJob<Request>(row, bounds, kind, wanted));
      }
    },

    async whole(arns: readonly string[]): Promise<Job<Request>[]> {
      if (arns.length === 0) return [];
      const rows = await read(sql<JobTable>`select * from sagemaker_jobs where arn in (${sql.join(arns)})`);
      return rows.map((row) => jobOf<Request>(row));
    },
  };
}
