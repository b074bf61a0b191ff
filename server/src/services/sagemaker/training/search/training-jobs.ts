/** Training jobs for Search. There may be very many: the database evaluates what it can, and of the remaining jobs only the necessary parts are read. */
import { sql } from 'kysely';
import type { Database } from '../../../../storage/database.ts';
import { jobList } from '../../jobs/job-list.ts';
import { type JobParts, jobScan, type ScanBounds } from '../../jobs/job-scan.ts';
import type { Expression } from '../../shared/search/expression.ts';
import { operatorOf, parseTimestamp } from '../../shared/search/filter.ts';
import { type Candidate, type Scan, type Searchable, withTags } from '../../shared/search/searchable.ts';
import { describeTraining, type TrainingJob, type TrainingJobRequest, trainingJobArn } from '../training-job.ts';
import { warmPoolOf } from '../warm-pool.ts';
import { columnOf, metricOf, narrowingOf, textColumns, timeColumns } from './training-job-condition.ts';

const scanOf = (database: Parameters<Searchable['pages']>[0]) => jobScan<TrainingJobRequest>(database, 'training');

export const trainingJobs: Searchable = {
  member: 'TrainingJob',
  prefix: 'training-job/',
  sortBy: 'LastModifiedTime',
  withTags,
  namesInUse: { prefixes: ['HyperParameters.', 'Metrics.'], list: namesInJobs },
  async *pages(database, scan) {
    const narrowing = narrowingOf(scan.expression ?? {}, scan.root);
    for await (const jobs of scanOf(database).parts(boundsOf(scan), narrowing, partsOf(scan.names))) {
      yield jobs.map((job) => candidateOf(job, scan.now));
    }
  },
  ranked(database, scan, { sortBy, ...order }) {
    const narrowing = narrowingOf(scan.expression ?? {}, scan.root);
    const column = columnOf(sortBy);
    const key = column ? sql.ref(column) : metricOf(sortBy);
    if (!narrowing.exact || !key) return undefined;
    const indexed = column !== undefined && narrowing.indexed;
    return scanOf(database).ranked(boundsOf(scan), narrowing, indexed, { ...order, key });
  },
  async whole(database, scan, arns) {
    return (await scanOf(database).whole(arns)).map((job) => candidateOf(job, scan.now));
  },
};

function candidateOf(job: TrainingJob, now: Date): Candidate {
  const pool = warmPoolOf(job, now);
  return { arn: job.arn, record: { ...describeTraining(job), ...(pool && { WarmPoolStatus: pool }) } };
}

/** The part of a record that comes from the job's state. Everything else comes from a column or from the request. */
const ofState: ReadonlySet<string> = new Set([
  'SecondaryStatus',
  'SecondaryStatusTransitions',
  'ModelArtifacts',
  'FailureReason',
  'TrainingStartTime',
  'TrainingEndTime',
  'TrainingTimeInSeconds',
  'BillableTimeInSeconds',
  'FinalMetricDataList',
  'WarmPoolStatus',
]);

const ofColumns: readonly string[] = [...Object.keys(textColumns), ...Object.keys(timeColumns), 'Tags', 'Metrics'];

function partsOf(names: readonly string[]): JobParts {
  const prefix = 'HyperParameters.';
  const hyperParameters = names.flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
  const tops = new Set(names.filter((name) => !name.startsWith(prefix)).map((name) => name.split('.', 1)[0] ?? ''));
  const request = [...tops].filter((top) => !ofState.has(top) && !ofColumns.includes(top));
  if (tops.has('WarmPoolStatus')) request.push('ResourceConfig');
  const state = [...tops].some((top) => ofState.has(top)) ? 'all' : tops.has('Metrics') ? 'metrics' : 'none';
  // All of them if all are requested, or if SQLite would treat a key as a path.
  if (tops.has('HyperParameters') || !hyperParameters.every((name) => /^[a-z_][\w-]*$/i.test(name))) {
    return { request: [...new Set([...request, 'HyperParameters'])], hyperParameters: [], state };
  }
  return { request: [...new Set(request)], hyperParameters: [...new Set(hyperParameters)], state };
}

type Bounds = { -readonly [K in keyof ScanBounds]: ScanBounds[K] };

/** The conditions that every result must satisfy and that an index can use. */
function boundsOf({ account, region, expression }: Scan): ScanBounds {
  const bounds: Bounds = { account, region };
  narrow(bounds, expression);
  return bounds;
}

function narrow(bounds: Bounds, expression: Expression | undefined): void {
  const { Filters: filters = [], SubExpressions: inner = [], Operator: how } = expression ?? {};
  if (how === 'Or' && filters.length + inner.length + (expression?.NestedFilters?.length ?? 0) > 1) return;
  for (const each of inner) narrow(bounds, each);
  for (const filter of filters) {
    const { Name: name, Value: value } = filter;
    if (value === undefined) continue;
    const operator = operatorOf(filter);
    if (operator === 'Equals' && name === 'TrainingJobName') bounds.arn = trainingJobArn(bounds, value);
    if (operator === 'Equals' && name === 'TrainingJobArn') bounds.arn = value;
    const time = name === 'CreationTime' ? parseTimestamp(value) : undefined;
    if (time === undefined) continue;
    if (operator === 'Equals' || operator.startsWith('Greater')) bounds.createdAfter = new Date(time);
    // Equals, with a time without a fraction, means the whole second.
    if (operator === 'Equals') bounds.createdBefore = new Date(time + 1000);
    if (operator.startsWith('Less')) bounds.createdBefore = new Date(time);
  }
}

const newestJobs = 200;

async function namesInJobs(database: Database, at: { readonly account: string; readonly region: string }) {
  const jobs = await jobList<TrainingJobRequest>(database, 'training').list(at, {
    sortBy: 'created_at',
    order: 'desc',
    after: undefined,
    limit: newestJobs,
  });
  const names = jobs
    .map(describeTraining)
    .flatMap(({ HyperParameters: parameters, FinalMetricDataList: metrics }) => [
      ...Object.keys(parameters).map((name) => `HyperParameters.${name}`),
      ...metrics.map(({ MetricName: name }) => `Metrics.${name}`),
    ]);
  return [...new Set(names)];
}
