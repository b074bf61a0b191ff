/** What the database decides of a search must be what the tests of records decide: both are asked for the same, of many jobs. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { AwsError } from '../../../../contract/aws-error.ts';
import type { Call } from '../../../../contract/call.ts';
import { migrations } from '../../../../migrations.ts';
import type { Structure } from '../../../../models/shape.ts';
import type { Database } from '../../../../storage/database.ts';
import { openSqliteDatabase } from '../../../../storage/sqlite-database.ts';
import { jobStore } from '../../jobs/job-store.ts';
import { ranking, sortKey } from '../../search/ranking.ts';
import { search, structureOfRecords } from '../../search/search.ts';
import { compileExpression, type Expression } from '../../shared/search/expression.ts';
import { findProperty } from '../../shared/search/property.ts';
import { putTag, type Tag } from '../../shared/tags/tag-store.ts';
import { describeTraining, type TrainingJob, type TrainingJobRequest, trainingJobArn } from '../training-job.ts';
import { warmPoolOf } from '../warm-pool.ts';
import { trainingJobs as jobs } from './training-jobs.ts';

const at = { account: '000000000000', region: 'us-east-1' };
const now = new Date('2026-06-01T00:00:00Z');
const call = {
  ...at,
  now,
  signal: new AbortController().signal,
  error: (code: string, message: string) => new AwsError(code, message),
} as unknown as Call;
/** More than one statement looks at, of an index and of documents. */
const count = 2100;
const dir = await mkdtemp(join(tmpdir(), 'clary-search-'));
let database: Database;
let root: Structure;
let records: { arn: string; record: object }[];

/** Values that are easily taken for others: numbers that are none, blanks, quotes, what JSON escapes, defaults. */
const etas = ['0.1', '0.30', '.3', '3e-1', ' 0.3', '1', '-1.5', '1e400', 'auto', '0.3x', '', '"quoted"', 'a\\b', 'é\n'];
const metrics = [0.1 + 0.2, 0.3, 1, -2.5, 1e21, 123456.789012345, 1 / 3];
const statuses = ['Completed', 'Failed', 'Stopped', 'InProgress'] as const;

function jobOf(i: number): TrainingJob {
  const name = `job-${(i * 7919) % count}${i % 3 === 0 ? '-Churn' : ''}`;
  const created = Date.parse('2026-05-01T12:00:00Z') + Math.floor(i / 2) * 400;
  const status = statuses[i % 4] ?? 'Completed';
  const eta = etas[i % etas.length];
  const metric = metrics[i % metrics.length];
  const request = {
    TrainingJobName: name,
    ...(i % 5 !== 0 && { HyperParameters: { ...(eta !== undefined && { eta }), 'a.b': String(i % 4), "it's": 'x' } }),
    AlgorithmSpecification: { TrainingImage: i % 2 ? 'xgboost:1' : 'say "hi"\\', TrainingInputMode: 'File' },
    RoleArn: 'role',
    InputDataConfig: [
      { ChannelName: 'train', DataSource: { S3DataSource: { S3Uri: `s3://data/${i % 7}` } } },
      { ChannelName: 'validation', DataSource: { S3DataSource: { S3Uri: `s3://data/${i % 11}` } } },
    ],
    OutputDataConfig: { S3OutputPath: 's3://out', ...(i % 6 === 0 && { KmsKeyId: 'key' }) },
    ResourceConfig: { InstanceCount: 1 + (i % 3), ...(i % 9 === 0 && { KeepAlivePeriodInSeconds: 60 }) },
    StoppingCondition: { MaxRuntimeInSeconds: 60 },
    ...(i % 8 === 0 && { EnableNetworkIsolation: true }),
  } as unknown as TrainingJobRequest;
  const ended = status === 'InProgress' ? {} : { startedAt: created + 10, endedAt: created + (i % 100) * 1000 };
  return {
    arn: trainingJobArn(at, name),
    kind: 'training',
    ...at,
    name,
    status,
    phase: 'Ended',
    createdAt: new Date(created),
    modifiedAt: new Date(created + ((i * 31) % 500) * 1000),
    revision: 1,
    logOffsets: {},
    request,
    state: {
      runId: String(i),
      transitions:
        i % 10 === 0 ? [] : [{ status: i % 4 === 1 ? 'Failed' : 'Training', startTime: created, message: 'm' }],
      ...ended,
      ...(status === 'Failed' && { failureReason: i % 8 === 1 ? 'ValueError: "x"' : 'other' }),
      ...(i % 4 === 0 && { artifactUri: `s3://out/${name}` }),
      ...(i % 3 !== 0 && metric !== undefined && { metrics: { 'validation:rmse': metric, 'a"b': 1 } }),
    },
  };
}

const tagsOf = (i: number): Tag[] => [
  ...(i % 2 ? [{ Key: 'team', Value: i % 4 === 1 ? 'red' : 'blue' }] : []),
  ...(i % 10 === 0 ? [{ Key: 'x.y', Value: '' }] : []),
];

before(async () => {
  assert.ok(jobs);
  root = await structureOfRecords(jobs);
  database = await openSqliteDatabase({ file: join(dir, 'clary.db'), migrations });
  const store = jobStore<TrainingJobRequest>(database, 'training');
  const made = Array.from({ length: count }, (_, i) => ({ job: jobOf(i), tags: tagsOf(i) }));
  await database.write(
    made.flatMap(({ job, tags }) => [store.insert(job), ...tags.map((tag) => putTag(job.arn, tag))]),
  );
  // Of another region, and of another kind: never found.
  const elsewhere = {
    region: 'eu-west-1',
    name: 'elsewhere',
    arn: trainingJobArn({ ...at, region: 'eu-west-1' }, 'elsewhere'),
  };
  const [first] = made;
  assert.ok(first);
  await database.write([
    store.insert({ ...first.job, ...elsewhere }),
    store.insert({ ...first.job, kind: 'processing', arn: first.job.arn.replace('training', 'processing') }),
  ]);
  records = made.map(({ job, tags }) => {
    const pool = warmPoolOf(job, now);
    const record = { ...describeTraining(job), ...(pool && { WarmPoolStatus: pool }) };
    return { arn: job.arn, record: tags.length > 0 ? { ...record, Tags: tags } : record };
  });
});
after(async () => {
  await database.close();
  await rm(dir, { recursive: true });
});

interface Asked {
  readonly SearchExpression?: Expression;
  readonly SortBy?: string;
  readonly SortOrder?: 'Ascending' | 'Descending';
}

/** What the records themselves say: all that match, in their order. */
function expected({ SearchExpression: asked, SortBy = 'LastModifiedTime', SortOrder = 'Descending' }: Asked) {
  const test = asked ? compileExpression(asked, 'TrainingJob', root, call) : () => true;
  const sort = findProperty(root, SortBy);
  assert.ok(sort);
  const best = ranking<{ arn: string; key: string | number | null }>(count, SortOrder);
  for (const { arn, record } of records) if (test(record)) best.add({ arn, key: sortKey(sort, record) });
  return best.first.map(({ arn }) => arn);
}

async function same(asked: Asked): Promise<string[]> {
  const wanted = expected(asked);
  const found: string[] = [];
  let NextToken: string | undefined;
  // Three pages say how paging goes on; more would only take longer.
  for (let page = 0; page < 2; page++) {
    const input = { Resource: 'TrainingJob', MaxResults: 60, ...asked, NextToken };
    const output = await search.handle(input as never, call, {
      database,
      searchables: { TrainingJob: jobs },
      taggable: {},
    });
    assert.equal(output.TotalHits?.Value, wanted.length);
    found.push(...(output.Results ?? []).map(({ TrainingJob: job }) => job?.TrainingJobArn ?? ''));
    NextToken = output.NextToken;
    if (NextToken === undefined) break;
  }
  assert.equal(NextToken === undefined, wanted.length <= 120);
  assert.deepEqual(found, wanted.slice(0, 120));
  return wanted;
}

const filter = (Name: string, Operator?: string, Value?: string): Expression => ({
  Filters: [{ Name, Operator, Value }],
});
const texts = ['Equals', 'NotEquals', 'Contains', 'In'];
const numbers = ['Equals', 'NotEquals', 'GreaterThan', 'GreaterThanOrEqualTo', 'LessThan', 'LessThanOrEqualTo'];
const each = (name: string, operators: readonly string[], values: readonly string[]) => [
  ...['Exists', 'NotExists'].map((operator) => filter(name, operator)),
  ...operators.flatMap((operator) => values.map((value) => filter(name, operator, value))),
];

const cases: Record<string, Expression[]> = {
  names: each('TrainingJobName', texts, ['job-17', 'Churn', 'job-1, job-2,job-3', 'CHURN']),
  ARNs: each('TrainingJobArn', texts, [
    trainingJobArn(at, 'job-17'),
    trainingJobArn({ ...at, region: 'eu-west-1' }, 'elsewhere'),
  ]),
  statuses: each('TrainingJobStatus', texts, ['Failed', 'Failed, Stopped']),
  'times of creation': each('CreationTime', numbers, ['2026-05-01T12:01:40', '2026-05-01T12:01:40.400Z']),
  'times of change': each('LastModifiedTime', numbers, ['2026-05-01T12:01:40', '2026-05-01T14:01:40.400+02:00']),
  tags: [...each('Tags.team', texts, ['red', 'red,blue', 'e']), ...each('Tags.x.y', ['Equals', 'NotEquals'], [''])],
  hyperparameters: [
    ...each('HyperParameters.eta', numbers, ['0.3', '0', '-1', '1e400']),
    ...each('HyperParameters.eta', texts, ['auto', '"quoted"', 'a\\b', '3', 'é\n', '']),
    ...each('HyperParameters.a.b', ['Equals', 'LessThan'], ['2']),
    ...each("HyperParameters.it's", ['Equals'], ['x']),
  ],
  metrics: [
    ...each('Metrics.validation:rmse', numbers, [
      '0.30000000000000004',
      '0.3',
      '1',
      '0.3333333333333333',
      '1e21',
      '-2.5',
    ]),
    ...each('Metrics.a"b', ['Equals', 'GreaterThan'], ['1', '0']),
  ],
  'reasons of failure': each('FailureReason', texts, ['other', 'ValueError: "x"', 'Error', 'other,x']),
  'what stands in requests': [
    ...each('AlgorithmSpecification.TrainingImage', texts, ['say "hi"\\', 'xgboost:1', 'boost', 'x,xgboost:1']),
    ...each('InputDataConfig.DataSource.S3DataSource.S3Uri', texts, ['s3://data/3', 'data/1']),
    ...each('OutputDataConfig.KmsKeyId', ['Equals', 'NotEquals', 'Contains'], ['', 'key']),
    ...each('ResourceConfig.InstanceCount', numbers, ['2']),
    ...each('EnableNetworkIsolation', ['Equals', 'NotEquals'], ['true', 'false']),
  ],
  'what is told from the state': [
    ...each('SecondaryStatus', texts, ['Starting', 'Training', 'Fail']),
    ...each('TrainingTimeInSeconds', numbers, ['60']),
    ...each('WarmPoolStatus.Status', ['Equals'], ['Available', 'InUse', 'Terminated']),
    ...each('ModelArtifacts.S3ModelArtifacts', ['Equals', 'Contains'], ['', 'Churn']),
    ...each('TrainingEndTime', ['LessThan', 'GreaterThan'], ['2026-05-01T12:05:00']),
  ],
};

describe('Search of many training jobs', () => {
  for (const [what, expressions] of Object.entries(cases)) {
    it(`finds by ${what} what the records say`, async () => {
      const sizes = new Set<number>();
      for (const expression of expressions) sizes.add((await same({ SearchExpression: expression })).length);
      // Filters that all found the same would show nothing.
      assert.ok(sizes.size > 1);
    });
  }

  it('finds by expressions in expressions', async () => {
    const failed = filter('TrainingJobStatus', 'Equals', 'Failed');
    const eta = filter('HyperParameters.eta', 'LessThan', '0.5');
    const early = filter('CreationTime', 'LessThan', '2026-05-01T12:01:00');
    const red = filter('Tags.team', 'Equals', 'red');
    const good = filter('Metrics.validation:rmse', 'LessThan', '0.5');
    const uri = (ChannelName: string, text: string): Expression => ({
      NestedFilters: [
        {
          NestedPropertyName: 'InputDataConfig',
          Filters: [
            { Name: 'InputDataConfig.ChannelName', Operator: 'Equals', Value: ChannelName },
            { Name: 'InputDataConfig.DataSource.S3DataSource.S3Uri', Operator: 'Contains', Value: text },
          ],
        },
      ],
    });
    const all = [failed, eta, early, red, good, uri('train', 'data/3')];
    for (const [i, one] of all.entries()) {
      for (const other of all.slice(i + 1)) {
        for (const Operator of ['And', 'Or'])
          await same({ SearchExpression: { SubExpressions: [one, other], Operator } });
      }
    }
    await same({
      SearchExpression: { ...failed, ...uri('validation', 'data/10'), SubExpressions: [red], Operator: 'Or' },
    });
  });

  it('sorts by any property as the records say', async () => {
    const names = [
      'TrainingJobName', 'TrainingJobArn', 'TrainingJobStatus', 'CreationTime', 'LastModifiedTime', 'Metrics.validation:rmse', 'Metrics.a"b',
      'HyperParameters.eta', 'Tags.team', 'TrainingTimeInSeconds', 'ResourceConfig.InstanceCount', 'FailureReason',
    ]; // biome-ignore format: a list
    for (const SortBy of names) {
      for (const SortOrder of ['Ascending', 'Descending'] as const) {
        await same({ SortBy, SortOrder });
        await same({ SortBy, SortOrder, SearchExpression: filter('TrainingJobStatus', 'In', 'Failed,Stopped') });
        await same({ SortBy, SortOrder, SearchExpression: filter('Metrics.validation:rmse', 'NotExists') });
      }
    }
  });
});
