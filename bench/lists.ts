/** Lists and searches over many training jobs, on SQLite and on PostgreSQL, over HTTP with the AWS SDK. Medians; what ran first of each query is left out. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeTrainingJobCommand,
  type Filter,
  ListTrainingJobsCommand,
  type ListTrainingJobsCommandInput,
  paginateListTrainingJobs,
  SageMakerClient,
  SearchCommand,
  type SearchCommandInput,
} from '@aws-sdk/client-sagemaker';
import { Client } from 'pg';
import { startPostgres } from '../test/harness/postgres.ts';
import { fillJobs } from './fill-jobs.ts';
import { ownResidentMiB, type Platform, startPlatform } from './platform.ts';
import { median, printTable } from './table.ts';

const jobs = Number(process.env.BENCH_LIST_JOBS ?? 100_000);
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const pageSize = 100;

type Query = readonly [what: string, run: (client: SageMakerClient) => Promise<number>];

const list = async (client: SageMakerClient, input: ListTrainingJobsCommandInput) =>
  (await client.send(new ListTrainingJobsCommand({ MaxResults: pageSize, ...input }))).TrainingJobSummaries?.length ??
  0;

const listed = (what: string, input: ListTrainingJobsCommandInput): Query => [
  `ListTrainingJobs ${what}`,
  (client) => list(client, input),
];

const searched = (what: string, filters: Filter[], input: Partial<SearchCommandInput> = {}): Query => [
  `Search ${what}`,
  async (client) => {
    const Filters = filters.length > 0 ? { SearchExpression: { Filters: filters } } : {};
    const query = { Resource: 'TrainingJob' as const, MaxResults: pageSize, ...Filters, ...input };
    return (await client.send(new SearchCommand(query))).TotalHits?.Value ?? 0;
  },
];

const filter = (Name: string, Operator: Filter['Operator'], Value: string): Filter => ({ Name, Operator, Value });
const middle = new Date(Date.UTC(2026, 0, 1) + (jobs / 2) * 60_000);
const end = new Date(Date.UTC(2026, 0, 1) + (jobs - 200) * 60_000);
const orders = { SortOrder: 'Ascending' } as const;

const queries: readonly Query[] = [
  listed('the first page, by creation', {}),
  listed('by creation, ascending', orders),
  listed('by name', { SortBy: 'Name', ...orders }),
  listed('by status', { SortBy: 'Status', ...orders }),
  listed('the last page by creation', { CreationTimeBefore: new Date(Date.UTC(2026, 0, 1) + 90 * 60_000) }),
  listed('created in the middle, by name', { SortBy: 'Name', CreationTimeAfter: middle }),
  listed('modified lately', { LastModifiedTimeAfter: end }),
  listed('StatusEquals Failed', { StatusEquals: 'Failed' }),
  listed('StatusEquals Failed, by name', { StatusEquals: 'Failed', SortBy: 'Name' }),
  listed('StatusEquals InProgress (none)', { StatusEquals: 'InProgress' }),
  listed('NameContains fraud', { NameContains: 'fraud' }),
  listed('NameContains, one found', { NameContains: '-777' }),
  listed('NameContains, none found', { NameContains: 'nowhere' }),
  listed('NameContains, none found, by status', { NameContains: 'nowhere', SortBy: 'Status' }),
  searched('everything, the last modified first', []),
  searched('TrainingJobStatus Equals Failed', [filter('TrainingJobStatus', 'Equals', 'Failed')]),
  searched('TrainingJobName Contains', [filter('TrainingJobName', 'Contains', '-777')]),
  searched('Tags.team Equals', [filter('Tags.team', 'Equals', 'team-1')]),
  searched('Metrics.x LessThan, sorted by it', [filter('Metrics.x', 'LessThan', '0.05')], { SortBy: 'Metrics.x' }),
  searched('everything, sorted by a metric', [], { SortBy: 'Metrics.train:auc' }),
  searched('FailureReason Contains', [filter('FailureReason', 'Contains', 'exit code 3')]),
  searched('HyperParameters.eta LessThan', [filter('HyperParameters.eta', 'LessThan', '0.3')]),
  searched('status and creation', [
    filter('TrainingJobStatus', 'Equals', 'Completed'),
    filter('CreationTime', 'GreaterThan', middle.toISOString()),
  ]),
];

interface Figures {
  readonly ms: number;
  readonly found: number;
  /** The slowest of the DescribeTrainingJob that were asked meanwhile. */
  readonly waitedMs: number;
}

const clientOf = ({ url, environment }: Platform) =>
  new SageMakerClient({
    endpoint: url,
    region: 'us-east-1',
    credentials: {
      accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
    },
    maxAttempts: 1,
  });

async function measure(client: SageMakerClient, [, run]: Query, other: string): Promise<Figures> {
  await run(client);
  const times: number[] = [];
  let found = 0;
  let waitedMs = 0;
  for (let round = 0; round < rounds; round++) {
    let isOver = false;
    const asking = (async () => {
      while (!isOver) {
        const at = performance.now();
        await client.send(new DescribeTrainingJobCommand({ TrainingJobName: other }));
        waitedMs = Math.max(waitedMs, performance.now() - at);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    const at = performance.now();
    found = await run(client);
    times.push(performance.now() - at);
    isOver = true;
    await asking;
  }
  return { ms: median(times), found, waitedMs };
}

/** Goes through the whole list, page by page. */
async function pages(client: SageMakerClient): Promise<number> {
  const at = performance.now();
  for await (const _ of paginateListTrainingJobs({ client, pageSize }, {}));
  return performance.now() - at;
}

/** What PostgreSQL does by itself within a minute or two: statistics, and which pages an index alone can answer for. */
async function settle(database: string): Promise<void> {
  const client = new Client(database);
  await client.connect();
  await client.query('vacuum analyze');
  await client.end();
}

async function measureAll(database: string) {
  const data = await mkdtemp(join(tmpdir(), 'clary-bench-lists-'));
  try {
    const filling = performance.now();
    await fillJobs({ dataDir: data, database }, jobs);
    if (database !== 'sqlite') await settle(database);
    const fillSeconds = (performance.now() - filling) / 1000;
    await using platform = await startPlatform(['--database', database], data);
    const client = clientOf(platform);
    const { TrainingJobSummaries: [one] = [] } = await client.send(new ListTrainingJobsCommand({ MaxResults: 1 }));
    const figures: Figures[] = [];
    for (const query of queries) figures.push(await measure(client, query, one?.TrainingJobName ?? ''));
    const allMs = await pages(client);
    const memory = await ownResidentMiB(platform.process.pid ?? 0);
    return { figures, fillSeconds, startMs: platform.startMs, allMs, memory };
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

const ms = (value: number) => (value < 10 ? `${value.toFixed(1)} ms` : `${value.toFixed(0)} ms`);

export async function lists(): Promise<void> {
  const sqlite = await measureAll('sqlite');
  await using server = await startPostgres();
  const postgres = await measureAll(await server.create());
  const rows = queries.map(([what], i) => {
    const [lite, pg] = [sqlite.figures[i], postgres.figures[i]];
    if (!lite || !pg) return [what];
    if (lite.found !== pg.found) throw new Error(`${what}: SQLite finds ${lite.found}, PostgreSQL ${pg.found}`);
    return [
      what,
      String(lite.found),
      ms(lite.ms),
      ms(pg.ms),
      (pg.ms / lite.ms).toFixed(1),
      ms(lite.waitedMs),
      ms(pg.waitedMs),
    ];
  });
  console.log(`${jobs} training jobs, medians of ${rounds}\n`);
  printTable(
    ['query', 'found', 'SQLite', 'PostgreSQL', '× SQLite', 'others waited', 'others waited (PostgreSQL)'],
    rows,
  );
  const whole = (name: string, value: (of: typeof sqlite) => string) => [name, value(sqlite), value(postgres)];
  console.log('');
  printTable(
    ['what', 'SQLite', 'PostgreSQL'],
    [
      whole(`all ${jobs / pageSize} pages by creation`, ({ allMs }) => ms(allMs)),
      whole('first answer after the start', ({ startMs }) => ms(startMs)),
      whole('memory of the server afterwards', ({ memory }) => `${memory.toFixed(0)} MiB`),
      whole('filling the database', ({ fillSeconds }) => `${fillSeconds.toFixed(0)} s`),
    ],
  );
}
