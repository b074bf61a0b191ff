import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { AwsError } from '../../../contract/aws-error.ts';
import type { Call } from '../../../contract/call.ts';
import type { Structure } from '../../../models/shape.ts';
import { compileExpression, type Expression } from '../shared/search/expression.ts';
import { findProperty, propertyNames } from '../shared/search/property.ts';
import { trainingJobs } from '../training/search/training-jobs.ts';
import { type Order, ranking, sortKey } from './ranking.ts';
import { structureOfRecords } from './search.ts';

const call = { error: (code: string, message: string) => new AwsError(code, message) } as unknown as Call;
let root: Structure;
before(async () => {
  root = await structureOfRecords(trainingJobs);
});

const record = {
  TrainingJobName: 'churn-7',
  TrainingJobStatus: 'Completed',
  CreationTime: new Date('2026-05-01T12:00:00.250Z'),
  EnableNetworkIsolation: false,
  BillableTimeInSeconds: 42,
  HyperParameters: { eta: '0.75', 'a.b': 'x', max_depth: '6', objective: 'reg:squarederror' },
  AlgorithmSpecification: { TrainingImage: 'xgboost:1', TrainingInputMode: 'File' },
  InputDataConfig: [
    { ChannelName: 'train', DataSource: { S3DataSource: { S3Uri: 's3://data/one' } } },
    { ChannelName: 'validation', DataSource: { S3DataSource: { S3Uri: 's3://data/two' } } },
  ],
  FinalMetricDataList: [
    { MetricName: 'validation:auc', Value: 0.91 },
    { MetricName: 'loss', Value: 0.2 },
  ],
  Tags: [{ Key: 'team.name', Value: 'red' }],
};

const compile = (expression: Expression) => compileExpression(expression, 'TrainingJob', root, call);
const matches = (Name: string, Operator?: string, Value?: string) =>
  compile({ Filters: [{ Name, Operator, Value }] })(record);

describe('a filter', () => {
  for (const [name, operator, value, expected] of [
    ['TrainingJobName', 'Equals', 'churn-7', true],
    ['TrainingJobName', undefined, 'churn-7', true],
    ['TrainingJobName', 'Equals', 'churn', false],
    ['TrainingJobName', 'Equals', 'CHURN-7', false],
    ['TrainingJobName', 'Contains', 'urn', true],
    ['TrainingJobName', 'In', 'a, churn-7,b', true],
    ['TrainingJobName', 'In', 'churn', false],
    ['TrainingJobName', 'NotEquals', 'churn-7', false],
    ['TrainingJobName', undefined, undefined, true],
    ['FailureReason', undefined, undefined, false],
    ['FailureReason', 'NotExists', undefined, true],
    // What is missing equals nothing.
    ['FailureReason', 'NotEquals', 'x', true],
    ['FailureReason', 'Equals', 'x', false],
    ['BillableTimeInSeconds', 'GreaterThan', '9', true],
    ['BillableTimeInSeconds', 'LessThan', '100', true],
    ['BillableTimeInSeconds', 'LessThanOrEqualTo', '42', true],
    ['BillableTimeInSeconds', 'GreaterThanOrEqualTo', '42.5', false],
    ['BillableTimeInSeconds', 'Equals', '4.2e1', true],
    ['TrainingTimeInSeconds', 'LessThan', '100', false],
    ['EnableNetworkIsolation', 'Equals', 'False', true],
    ['EnableNetworkIsolation', 'NotEquals', 'true', true],
    ['CreationTime', 'GreaterThan', '2026-05-01T12:00:00', true],
    ['CreationTime', 'GreaterThan', '2026-05-01T14:00:00+02:00', true],
    ['CreationTime', 'LessThan', '2026-05-01T12:00:00Z', false],
    ['CreationTime', 'Equals', '2026-05-01T12:00:00', true],
    ['CreationTime', 'Equals', '2026-05-01T12:00:00.251Z', false],
    ['CreationTime', 'NotEquals', '2026-05-01T12:00:01', true],
    ['Metrics.validation:auc', 'GreaterThan', '0.9', true],
    ['Metrics.loss', 'GreaterThan', '0.9', false],
    ['Metrics.never', 'LessThan', '0.9', false],
    ['Metrics.never', 'NotExists', undefined, true],
    ['HyperParameters.eta', 'LessThan', '0.8', true],
    ['HyperParameters.eta', 'Equals', '0.750', true],
    // Against an integer, decimals count as integers.
    ['HyperParameters.eta', 'Equals', '0', true],
    ['HyperParameters.max_depth', 'GreaterThan', '10', false],
    ['HyperParameters.objective', 'Equals', 'reg:squarederror', true],
    ['HyperParameters.objective', 'LessThan', '5', false],
    ['HyperParameters.a.b', 'Equals', 'x', true],
    ['HyperParameters.constructor', 'Exists', undefined, false],
    ['HyperParameters.__proto__', 'Exists', undefined, false],
    ['Tags.team.name', 'Equals', 'red', true],
    ['Tags.team', 'Exists', undefined, false],
    ['Tags', 'Exists', undefined, true],
    ['InputDataConfig.ChannelName', 'Equals', 'validation', true],
    ['InputDataConfig.ChannelName', 'NotEquals', 'validation', false],
    ['InputDataConfig.DataSource.S3DataSource.S3Uri', 'Contains', 'data/two', true],
    ['AlgorithmSpecification.TrainingImage', 'Equals', 'xgboost:1', true],
    ['VpcConfig', 'Exists', undefined, false],
    ['AlgorithmSpecification', 'Exists', undefined, true],
  ] as [string, string | undefined, string | undefined, boolean][]) {
    it(`${name} ${operator ?? ''} ${value ?? ''}: ${expected}`, () => assert.equal(matches(name, operator, value), expected));
  } // biome-ignore format: a table

  for (const [name, operator, value, message] of [
    ['Colour', 'Equals', 'x', 'Colour is not a property of TrainingJob.'],
    ['__proto__', 'Exists', undefined, '__proto__ is not a property of TrainingJob.'],
    ['TrainingJobName.x', 'Equals', 'x', 'TrainingJobName.x is not a property of TrainingJob.'],
    ['TrainingJobName', 'GreaterThan', 'x', 'Operator GreaterThan is not supported for property TrainingJobName of type text.'],
    ['CreationTime', 'Contains', 'x', "Operator Contains is not supported for property CreationTime of type timestamp (YYYY-mm-dd'T'HH:MM:SS)."],
    ['CreationTime', 'Equals', 'May', "Value 'May' of property CreationTime is no timestamp (YYYY-mm-dd'T'HH:MM:SS)."],
    ['CreationTime', 'Equals', '2026-13-01T00:00:00', "Value '2026-13-01T00:00:00' of property CreationTime is no timestamp (YYYY-mm-dd'T'HH:MM:SS)."],
    ['BillableTimeInSeconds', 'Equals', '1 hour', "Value '1 hour' of property BillableTimeInSeconds is no number."],
    ['HyperParameters.eta', 'LessThan', 'x', "Value 'x' of property HyperParameters.eta is no number."],
    ['EnableNetworkIsolation', 'Equals', 'yes', "Value 'yes' of property EnableNetworkIsolation is no Boolean."],
    ['VpcConfig', 'Equals', 'x', 'Operator Equals is not supported for property VpcConfig of type structure.'],
    ['TrainingJobName', 'Equals', undefined, 'Value is required for operator Equals of property TrainingJobName.'],
  ] as [string, string, string | undefined, string][]) {
    it(`${name} ${operator} ${value ?? ''} is refused`, () =>
      assert.throws(() => matches(name, operator, value), { code: 'ValidationException', message }));
  } // biome-ignore format: a table
});

describe('an expression', () => {
  const yes = { Name: 'TrainingJobName', Value: 'churn-7' };
  const no = { Name: 'TrainingJobName', Value: 'other' };

  it('is And unless it says Or, with expressions below', () => {
    assert.equal(compile({ Filters: [yes, no] })(record), false);
    assert.equal(compile({ Filters: [yes, no], Operator: 'Or' })(record), true);
    assert.equal(compile({ Filters: [no], SubExpressions: [{ Filters: [yes] }], Operator: 'Or' })(record), true);
    assert.equal(compile({ SubExpressions: [{ Filters: [yes, no] }, { Filters: [yes] }] })(record), false);
  });

  const nested = (channel: string, uri: string) =>
    compile({
      NestedFilters: [
        {
          NestedPropertyName: 'InputDataConfig',
          Filters: [
            { Name: 'InputDataConfig.ChannelName', Operator: 'Equals', Value: channel },
            { Name: 'InputDataConfig.DataSource.S3DataSource.S3Uri', Operator: 'Contains', Value: uri },
          ],
        },
      ],
    })(record);

  it('asks one element of a list for everything in a nested filter', () => {
    assert.equal(nested('train', 'data/one'), true);
    assert.equal(nested('train', 'data/two'), false);
  });

  const refused = (expression: Expression, message: string) =>
    assert.throws(() => compile(expression), { code: 'ValidationException', message });

  it('is refused where it is empty, too large, or no such list is there', () => {
    refused({}, 'A SearchExpression must have at least one of Filters, NestedFilters and SubExpressions.');
    const contains = { Name: 'TrainingJobName', Operator: 'Contains', Value: 'x' };
    refused({ Filters: [contains, contains] }, "'CONTAINS' operator usage limit of 1 exceeded.");
    const tooLarge = 'SearchExpression can have at most 50 Filters, NestedFilters and SubExpressions in all.';
    refused({ Filters: Array.from({ length: 51 }, () => yes) }, tooLarge);
    let deep: Expression = { Filters: [yes] };
    for (let i = 0; i < 20_000; i++) deep = { SubExpressions: [deep] };
    refused(deep, tooLarge);
    const over = (NestedPropertyName: string, Name: string) => ({
      NestedFilters: [{ NestedPropertyName, Filters: [{ Name, Value: 'x' }] }],
    });
    refused(
      over('TrainingJobName', 'TrainingJobName.x'),
      'TrainingJobName is not a list of structures: NestedFilters need one.',
    );
    refused(
      over('InputDataConfig', 'TrainingJobName'),
      'TrainingJobName is not a property of InputDataConfig, which its NestedFilters name.',
    );
    refused(
      over('InputDataConfig', 'InputDataConfig.Colour'),
      'InputDataConfig.Colour is not a property of TrainingJob.',
    );
  });
});

describe('a ranking', () => {
  const sorted = (name: string, records: object[], order: Order, limit = 10) => {
    const property = findProperty(root, name);
    assert.ok(property);
    const best = ranking<{ arn: string; key: string | number | null }>(limit, order);
    records.forEach((one, i) => {
      best.add({ arn: String(i), key: sortKey(property, one) });
    });
    return best.first.map(({ arn }) => Number(arn));
  };
  const eta = (...values: (string | undefined)[]) =>
    values.map((value) => ({ HyperParameters: value === undefined ? {} : { eta: value } }));

  it('orders numbers as numbers, text as text, and puts what is missing last', () => {
    assert.deepEqual(
      sorted('HyperParameters.eta', eta('10', undefined, '9', 'auto', '0.5'), 'Ascending'),
      [4, 2, 0, 3, 1],
    );
    assert.deepEqual(
      sorted('HyperParameters.eta', eta('10', undefined, '9', 'auto', '0.5'), 'Descending'),
      [3, 0, 2, 4, 1],
    );
    const names = ['b', 'a', 'B'].map((TrainingJobName) => ({ TrainingJobName }));
    assert.deepEqual(sorted('TrainingJobName', names, 'Ascending'), [2, 1, 0]);
    const times = [3000, 1000, 20000].map((time) => ({ CreationTime: new Date(time) }));
    assert.deepEqual(sorted('CreationTime', times, 'Descending'), [2, 0, 1]);
  });

  it('holds no more than the requested number', () => {
    const records = Array.from({ length: 1000 }, (_, i) => ({ BillableTimeInSeconds: (i * 7919) % 1000 }));
    const best = sorted('BillableTimeInSeconds', records, 'Descending', 3);
    assert.deepEqual(
      best.map((i) => records[i]?.BillableTimeInSeconds),
      [999, 998, 997],
    );
  });
});

it('every suggested property is one', () => {
  const names = propertyNames(root);
  assert.ok(names.includes('InputDataConfig.DataSource.S3DataSource.S3Uri') && names.includes('CreationTime'));
  assert.deepEqual(
    names.filter((name) => findProperty(root, name) === undefined),
    [],
  );
});
