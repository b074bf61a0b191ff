import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ClientError } from '../contract/client-error.ts';
import { judge, tableOf } from './gate.ts';

const metrics = { rmse: 2.5, r2: 0.9, auc: Number.NaN };
const decision = (thresholds: object) => judge(metrics, JSON.stringify(thresholds)).decision;

describe('judge', () => {
  test('includes the bound for min and max, excludes it for above and below', () => {
    for (const [bound, value, passed] of [
      ['min', 2.5, true],
      ['min', 2.51, false],
      ['max', 2.5, true],
      ['max', 2.49, false],
      ['above', 2.5, false],
      ['above', 2.49, true],
      ['below', 2.5, false],
      ['below', 2.51, true],
    ] as const)
      assert.equal(decision({ rmse: { [bound]: value } }), passed ? 'passed' : 'failed', `${bound} ${value}`);
  });

  test('answers a row for each bound, and fails for one that does not hold', () => {
    assert.deepEqual(judge(metrics, '{"rmse": {"max": 3, "above": 0}, "r2": {"min": 0.95}}'), {
      rows: [
        { metric: 'rmse', value: 2.5, required: '≤ 3', passed: true },
        { metric: 'rmse', value: 2.5, required: '> 0', passed: true },
        { metric: 'r2', value: 0.9, required: '≥ 0.95', passed: false },
      ],
      decision: 'failed',
    });
  });

  test('lets nothing pass that could not be measured', () => {
    for (const bound of ['min', 'max', 'above', 'below']) assert.equal(decision({ auc: { [bound]: 0.5 } }), 'failed');
  });

  test('passes where nothing is asked', () => assert.deepEqual(judge(metrics, '{}'), { rows: [], decision: 'passed' }));

  test('prints a table', () =>
    assert.equal(
      tableOf(judge(metrics, '{"rmse": {"max": 3}, "r2": {"min": 0.95}}').rows),
      [
        '| metric | value | required | passed |',
        '| --- | --- | --- | --- |',
        '| rmse | 2.5000 | ≤ 3 | yes |',
        '| r2 | 0.9000 | ≥ 0.95 | no |',
      ].join('\n'),
    ));
});

describe('judge refuses', () => {
  const object = 'EVALUATE_THRESHOLDS must be an object such as {"rmse": {"max": 30}, "r2": {"min": 0.9}}';
  const measured = 'measured are: rmse, r2, auc';
  const cases: [what: string, thresholds: string, message: string][] = [
    ['what is not JSON', '{rmse: 3}', 'EVALUATE_THRESHOLDS is not JSON: {rmse: 3}'],
    ['a list', '[]', object],
    ['null', 'null', object],
    ['a bare number', '{"rmse": 3}', object],
    ['a list of bounds', '{"rmse": [3]}', object],
    ['a metric that is not measured', '{"luck": {"max": 3}}', `EVALUATE_THRESHOLDS names the metric "luck"; ${measured}`],
    ['the name of what every object has', '{"constructor": {"max": 3}}', `EVALUATE_THRESHOLDS names the metric "constructor"; ${measured}`],
    ['a bound that is none', '{"rmse": {"most": 3}}', 'EVALUATE_THRESHOLDS, rmse: "most" must be one of min, max, above, below with a number'],
    ['toString as a bound', '{"rmse": {"toString": 3}}', 'EVALUATE_THRESHOLDS, rmse: "toString" must be one of min, max, above, below with a number'],
    ['a bound in words', '{"rmse": {"max": "3"}}', 'EVALUATE_THRESHOLDS, rmse: "max" must be one of min, max, above, below with a number'],
    ['a metric without a bound', '{"rmse": {}}', 'EVALUATE_THRESHOLDS, rmse: one of min, max, above, below with a number is missing'],
  ]; // biome-ignore format: a table
  for (const [what, thresholds, message] of cases)
    test(what, () => assert.throws(() => judge(metrics, thresholds), new ClientError(message)));
});
