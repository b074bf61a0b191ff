import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { OpenModel, Prediction } from '../models/open-model.ts';
import { gather, type Outcome } from './outcome.ts';
import { readSettings } from './settings.ts';

function gathered(
  problem: string,
  labels: string[],
  kind: Prediction['kind'],
  values: number[],
  more: { classes?: string[]; env?: Record<string, string> } = {},
): Outcome {
  const settings = readSettings({ EVALUATE_PROBLEM_TYPE: problem, ...more.env });
  const gathering = gather(settings, { classes: more.classes } as OpenModel);
  gathering.add(labels, { kind, width: values.length / labels.length, values: Float64Array.from(values) });
  return gathering.end();
}

const logits = { env: { EVALUATE_OUTPUT: 'logits' } };
const near = (actual: Float64Array | undefined, expected: number[]) => {
  assert.equal(actual?.length, expected.length);
  for (const [i, value] of expected.entries())
    assert.ok(Math.abs((actual?.[i] ?? 0) - value) < 1e-12, `${actual?.[i]}`);
};

describe('gather', () => {
  test('reads one probability as that of the positive class, the bound among it', () => {
    const { predictions, scores, areProbabilities } = gathered('binary', ['0', '1', '1'], 'values', [0.49, 0.5, 0.9]);
    assert.deepEqual([...predictions], [0, 1, 1]);
    near(scores, [0.49, 0.5, 0.9]);
    assert.ok(areProbabilities);
  });

  test('reads two probabilities as a choice, the first of equals', () => {
    const { predictions, scores } = gathered('binary', ['0', '1'], 'probabilities', [0.5, 0.5, 0.2, 0.8]);
    assert.deepEqual([...predictions], [0, 1]);
    near(scores, [0.5, 0.8]);
  });

  test('makes probabilities of logits where the settings say so', () => {
    near(gathered('binary', ['0', '1'], 'values', [-1, 2], logits).scores, [1 / (1 + Math.E), 1 / (1 + Math.exp(-2))]);
    const { predictions, scores } = gathered('multiclass', ['2'], 'values', [0, Math.log(2), 1000], logits);
    assert.deepEqual([...predictions], [2]);
    near(scores, [0, 0, 1]);
    near(gathered('multiclass', ['0'], 'values', [0, Math.log(2), 0], logits).scores, [0.25, 0.5, 0.25]);
  });

  test('leaves probabilities alone that the model calls so', () =>
    near(gathered('binary', ['0', '1'], 'probabilities', [0.2, 0.7], logits).scores, [0.2, 0.7]));

  test('ranks by decision scores, which are no probabilities', () => {
    const { predictions, scores, areProbabilities } = gathered('binary', ['0', '1'], 'scores', [-3, 0.1]);
    assert.deepEqual([[...predictions], [...(scores ?? [])], areProbabilities], [[0, 1], [-3, 0.1], false]);
    assert.deepEqual([...gathered('multiclass', ['0'], 'scores', [-1, -2, -3]).predictions], [0]);
  });

  test('takes classes as they are, and counts those that occur', () => {
    const { predictions, scores, classes } = gathered('multiclass', ['0', '4'], 'labels', [0, 2]);
    assert.deepEqual([[...predictions], scores, classes], [[0, 2], undefined, ['0', '1', '2', '3', '4']]);
  });

  test('knows a class by its name however it is written, and by its position', () => {
    const classes = ['1', '2'];
    assert.deepEqual([...gathered('binary', ['1.0', '2'], 'values', [0, 1], { classes }).labels], [0, 1]);
    const names = { classes: ['no', 'yes'] };
    assert.deepEqual([...gathered('binary', ['0', 'yes'], 'values', [0, 1], names).labels], [0, 1]);
  });
});

describe('gather refuses', () => {
  for (const [what, ask, message] of [
    ['a missing label', () => gathered('binary', [''], 'values', [0.1]), 'Test row 1: the label is missing'],
    ['a position where names are numbers', () => gathered('binary', ['0'], 'values', [0], { classes: ['1', '2'] }), 'Test row 1: the label 0 is none of the classes 1, 2'],
    ['three classes as two', () => gathered('binary', ['a'], 'values', [0], { classes: ['a', 'b', 'c'] }), 'The classes are a, b, c: that is not a binary problem (EVALUATE_PROBLEM_TYPE)'],
    ['more answers than classes', () => gathered('multiclass', ['a'], 'values', [0, 0, 1], { classes: ['a', 'b'] }), 'The model predicts 3 values a row: that is not a choice of 2 classes'],
    ['what is no number', () => gathered('multiclass', ['0'], 'probabilities', [Number.NaN, 1]), 'The model predicts NaN for test row 1, which is not a number'],
    ['classes as a regression', () => gathered('regression', ['1'], 'labels', [1]), 'The model predicts labels a row: that is not a regression (EVALUATE_PROBLEM_TYPE)'],
    ['a class outside of those named', () => gathered('multiclass', ['a'], 'labels', [2], { classes: ['a', 'b'] }), 'The model predicts 2 for test row 1, which is not a class: is the problem regression?'],
  ] as [string, () => Outcome, string][]) {
    test(what, () => assert.throws(ask, { name: 'ClientError', message }));
  } // biome-ignore format: a table

  test('answers for other rows than were asked', () => {
    const settings = readSettings({ EVALUATE_PROBLEM_TYPE: 'regression' });
    const gathering = gather(settings, {} as OpenModel);
    assert.throws(() => gathering.add(['1', '2'], { kind: 'values', width: 1, values: Float64Array.of(1) }), {
      name: 'ClientError',
      message: 'The model predicts 1 rows for 2',
    });
  });
});
