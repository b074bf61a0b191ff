/** The same numbers as scikit-learn, which computes them here and now (the Python of scripts/set-up.ts), over seeded data and its edges. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { seededRandom } from '../../seeded-random.ts';
import { measure } from '../measure.ts';
import type { Outcome } from '../outcome.ts';
import { readSettings } from '../settings.ts';

const python = `
import json, sys, warnings
import numpy as np
from sklearn import metrics as m
warnings.simplefilter("ignore")
def scores(y, p, average, labels=None):
    kind = dict(average=average, zero_division=0)
    names = ["precision", "recall", "f1", "f0_5", "f2"]
    values = [m.precision_score(y, p, **kind), m.recall_score(y, p, **kind)] + [m.fbeta_score(y, p, beta=b, **kind) for b in (1, 0.5, 2)]
    return dict(zip(names, values))
def curves(y, s):
    fpr, tpr, _ = m.roc_curve(y, s)
    precisions, recalls, _ = m.precision_recall_curve(y, s)
    return dict(roc=[fpr.tolist(), tpr.tolist()], pr=[recalls.tolist(), precisions.tolist()])
def regression(y, p):
    mse = m.mean_squared_error(y, p)
    return dict(mse=mse, rmse=mse ** 0.5, mae=m.mean_absolute_error(y, p), mape=m.mean_absolute_percentage_error(y, p), r2=m.r2_score(y, p))
def binary(y, s):
    p = (s >= 0.5).astype(int)
    found = dict(accuracy=m.accuracy_score(y, p), **scores(y, p, "binary"), average_precision=m.average_precision_score(y, s), log_loss=m.log_loss(y, s, labels=[0, 1]))
    found["auc"] = m.roc_auc_score(y, s)
    return found, (curves(y, s) if 0 < y.sum() < len(y) else None), m.confusion_matrix(y, p, labels=[0, 1]).tolist()
def multiclass(y, s):
    p = s.argmax(axis=1)
    found = dict(accuracy=m.accuracy_score(y, p), log_loss=m.log_loss(y, s, labels=list(range(s.shape[1]))))
    for average in ("macro", "micro", "weighted"):
        found.update({average + "_" + name: value for name, value in scores(y, p, average).items()})
    if len(set(y.tolist())) == s.shape[1]:
        found["auc"] = m.roc_auc_score(y, s, multi_class="ovr", average="macro")
    return found, None, m.confusion_matrix(y, p, labels=list(range(s.shape[1]))).tolist()
answers = []
for case in json.load(sys.stdin):
    y = np.array(case["labels"])
    if case["problem"] == "regression":
        answers.append([regression(y, np.array(case["predictions"])), None, None])
    else:
        s = np.array(case["scores"])
        answers.append(binary(y.astype(int), s) if case["problem"] == "binary" else multiclass(y.astype(int), s.reshape(len(y), -1)))
print(json.dumps(answers))
`;

type Problem = 'regression' | 'binary' | 'multiclass';
interface Case {
  readonly what: string;
  readonly problem: Problem;
  readonly labels: number[];
  readonly predictions: number[];
  readonly scores: number[];
}
type Answer = [
  metrics: Record<string, number>,
  curves: { roc: number[][]; pr: number[][] } | null,
  matrix: number[][] | null,
];

const random = seededRandom(20261121);
const many = <T>(n: number, of: (i: number) => T) => Array.from({ length: n }, (_, i) => of(i));

function numbers(what: string, labels: number[], predictions: number[]): Case {
  return { what, problem: 'regression', labels, predictions, scores: [] };
}

function two(what: string, labels: number[], scores: number[]): Case {
  return { what, problem: 'binary', labels, scores, predictions: scores.map((score) => Number(score >= 0.5)) };
}

/** `rows` are probabilities a row, made to sum to 1. */
function several(what: string, labels: number[], rows: number[][]): Case {
  const scores = rows.flatMap((row) => {
    const sum = row.reduce((total, value) => total + value, 0);
    return row.map((value) => value / sum);
  });
  const width = rows[0]?.length ?? 1;
  const predictions = labels.map((_, row) => {
    const given = scores.slice(row * width, (row + 1) * width);
    return given.indexOf(Math.max(...given));
  });
  return { what, problem: 'multiclass', labels, scores, predictions };
}

const noise = () => random() + random() - 1;
const truth = many(500, () => noise() * 100);
const flips = many(400, () => Number(random() < 0.3));
const cases: Case[] = [
  numbers('numbers', truth, truth.map((label) => label + noise() * 20)),
  numbers('labels of zero', many(50, (i) => i % 5), many(50, () => random())),
  numbers('a constant target', many(9, () => 7), many(9, () => 7 + noise())),
  numbers('a constant target, met', [3, 3, 3], [3, 3, 3]),
  numbers('large numbers', truth.map((label) => 1e9 + label), truth.map((label) => 1e9 + label + noise())),
  two('two classes', flips, flips.map((label) => Math.min(1, Math.max(0, 0.35 + label * 0.25 + noise() * 0.3)))),
  two('ties', flips, flips.map((label) => Math.round((0.4 + label * 0.2 + noise() * 0.4) * 5) / 5).map((p) => Math.min(1, Math.max(0, p)))),
  two('one score for all', [0, 1, 1, 0, 1], [0.5, 0.5, 0.5, 0.5, 0.5]),
  two('nothing predicted', [0, 1, 1, 0], [0.1, 0.2, 0.3, 0.4]),
  two('sure and right', [0, 1, 1, 0], [0, 1, 1, 0]),
  two('sure and wrong', [0, 1], [1, 0]),
  two('a single pair', [0, 1], [0.2, 0.7]),
  two('no positive', [0, 0, 0], [0.2, 0.7, 0.1]),
  two('no negative', [1, 1, 1], [0.2, 0.7, 0.1]),
  several('four classes', many(300, (i) => i % 4), many(300, (i) => many(4, (c) => random() + (c === i % 4 ? 0.4 : 0)))),
  several('a class that is never predicted', [0, 1, 2, 0, 1, 2], many(6, (i) => [1 + (i % 3), 1, 0.2])),
  several('a class that never occurs', many(30, (i) => i % 2), many(30, () => many(3, random))),
  several('ties', many(60, (i) => i % 3), many(60, () => many(3, () => 1 + Math.floor(random() * 3)))),
]; // biome-ignore format: a table

const close = (actual: number, expected: number) =>
  Number.isNaN(expected)
    ? Number.isNaN(actual)
    : Math.abs(actual - expected) <= 1e-11 * Math.max(1, Math.abs(expected));

describe('measure does what scikit-learn does, for', () => {
  const out = execFileSync(process.env.CLARY_TEST_PYTHON ?? 'python3', ['-c', python], {
    input: JSON.stringify(cases),
  });
  const answers = JSON.parse(out.toString().replaceAll('NaN', '"NaN"')) as Answer[];
  for (const [i, { what, problem, labels, predictions, scores }] of cases.entries()) {
    test(`${problem}: ${what}`, () => {
      const [metrics, curves, matrix] = answers[i] as Answer;
      const scoreWidth = scores.length / labels.length;
      const outcome: Outcome = {
        labels: Float64Array.from(labels),
        predictions: Float64Array.from(predictions),
        scores: problem === 'regression' ? undefined : Float64Array.from(scores),
        scoreWidth,
        areProbabilities: true,
        classes: many(problem === 'binary' ? 2 : scoreWidth, String),
      };
      const measured = measure(readSettings({ EVALUATE_PROBLEM_TYPE: problem }), outcome);
      assert.ok(Object.keys(metrics).length >= 5);
      for (const [name, value] of Object.entries(metrics)) {
        const actual = measured.metrics[name];
        assert.ok(actual !== undefined && close(actual, Number(value)), `${name}: ${actual} is not ${value}`);
      }
      if (matrix) assert.deepEqual(measured.matrix, matrix);
      const [curve] = measured.curves;
      if (!curves) return;
      assert.deepEqual([[...(curve?.roc.x ?? [])], [...(curve?.roc.y ?? [])]], curves.roc);
      assert.deepEqual([[...(curve?.precisionRecall.x ?? [])], [...(curve?.precisionRecall.y ?? [])]], curves.pr);
    });
  }
});
