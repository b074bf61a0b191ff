import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seededRandom } from '../../seeded-random.ts';
import { accuracy, averaged, classScores, confusionMatrix } from './confusion.ts';
import { areaUnderRoc, averagePrecision, logLoss, precisionRecallCurve, rocCurve, steps } from './ranking.ts';
import { regressionMetrics } from './regression.ts';

const nearly = (actual: Record<string, number>, expected: Record<string, number>) => {
  for (const [name, value] of Object.entries(expected))
    assert.ok(Math.abs((actual[name] ?? Number.NaN) - value) < 1e-12, `${name}: ${actual[name]} is not ${value}`);
};

describe('regressionMetrics does', () => {
  test("what scikit-learn's documentation prints", () => {
    // mean_squared_error, mean_absolute_error, mean_absolute_percentage_error and r2_score of y_true = [3, -0.5, 2, 7], y_pred = [2.5, 0.0, 2, 8].
    nearly(regressionMetrics([3, -0.5, 2, 7], [2.5, 0, 2, 8]), {
      mse: 0.375,
      rmse: Math.sqrt(0.375),
      mae: 0.5,
      mape: (0.5 / 3 + 1 + 0 + 1 / 7) / 4,
      r2: 1 - 1.5 / 29.1875,
    });
    nearly(regressionMetrics([1, 2, 3], [3, 2, 1]), { mse: 8 / 3, mae: 4 / 3, r2: -3 });
  });

  test('a perfect fit, labels that do not vary, a single row', () => {
    assert.deepEqual(regressionMetrics([1, 2], [1, 2]), { mse: 0, rmse: 0, mae: 0, mape: 0, r2: 1 });
    assert.equal(regressionMetrics([2, 2, 2], [2, 2, 2]).r2, 1);
    assert.equal(regressionMetrics([2, 2], [1, 3]).r2, 0);
    assert.equal(regressionMetrics([5], [5]).r2, Number.NaN);
  });
});

describe('confusion matrices', () => {
  test('puts the truth in rows', () => {
    // scikit-learn's documentation of confusion_matrix.
    assert.deepEqual(confusionMatrix([2, 0, 2, 2, 0, 1], [0, 0, 2, 2, 0, 2], 3), [
      [2, 0, 0],
      [0, 0, 1],
      [1, 0, 2],
    ]);
  });

  test('scores one class against the rest', () => {
    // tn 3, fp 1, fn 2, tp 4
    const matrix = [
      [3, 1],
      [2, 4],
    ];
    const [negative, positive] = classScores(matrix);
    assert.equal(accuracy(matrix), 0.7);
    nearly({ ...positive }, { precision: 4 / 5, recall: 4 / 6, f1: 8 / 11, f0_5: 5 / 6.5, f2: 20 / 29 });
    nearly({ ...negative }, { precision: 3 / 5, recall: 3 / 4, f1: 6 / 9, support: 4, predicted: 5 });
  });

  test('averages: scikit-learn’s documentation of precision_score and f1_score', () => {
    // y_true = [0, 1, 2, 0, 1, 2], y_pred = [0, 2, 1, 0, 0, 1]: macro 0.22…, 0.33…, 0.26…; micro 0.33…; weighted 0.22…, 0.26…
    const matrix = confusionMatrix([0, 1, 2, 0, 1, 2], [0, 2, 1, 0, 0, 1], 3);
    const average = (kind: Parameters<typeof averaged>[2]) => averaged(classScores(matrix), matrix, kind);
    nearly({ ...average('macro') }, { precision: 2 / 9, recall: 1 / 3, f1: 0.8 / 3 });
    nearly({ ...average('micro') }, { precision: 1 / 3, recall: 1 / 3, f1: 1 / 3, f0_5: 1 / 3, f2: 1 / 3 });
    nearly({ ...average('weighted') }, { precision: 2 / 9, recall: 1 / 3, f1: 0.8 / 3 });
  });

  test('leaves classes that no row has and no row predicts out of the mean', () => {
    const matrix = confusionMatrix([0, 1], [0, 1], 5);
    const perfect = { precision: 1, recall: 1, f1: 1, f0_5: 1, f2: 1 };
    for (const kind of ['macro', 'micro', 'weighted'] as const)
      assert.deepEqual(averaged(classScores(matrix), matrix, kind), perfect);
  });

  test('says 0 where nothing can be divided', () => {
    const [, positive] = classScores(confusionMatrix([0, 1], [0, 0], 2));
    assert.deepEqual([positive?.precision, positive?.recall, positive?.f1, positive?.f2], [0, 0, 0, 0]);
  });
});

describe('curves', () => {
  const ranked = steps([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);

  test("what scikit-learn's documentation prints", () => {
    // roc_auc_score, roc_curve, precision_recall_curve and average_precision_score of y = [0, 0, 1, 1], scores = [0.1, 0.4, 0.35, 0.8].
    assert.equal(areaUnderRoc(ranked), 0.75);
    const roc = rocCurve(ranked);
    assert.deepEqual([...roc.x], [0, 0, 0.5, 0.5, 1]);
    assert.deepEqual([...roc.y], [0, 0.5, 0.5, 1, 1]);
    const curve = precisionRecallCurve(ranked);
    assert.deepEqual([...curve.y], [0.5, 2 / 3, 0.5, 1, 1]);
    assert.deepEqual([...curve.x], [1, 1, 0.5, 0.5, 0]);
    assert.ok(Math.abs(averagePrecision(ranked) - 5 / 6) < 1e-12);
  });

  test('ranks all correct, all wrong, all equal', () => {
    assert.equal(areaUnderRoc(steps([0, 1], [0.1, 0.9])), 1);
    assert.equal(areaUnderRoc(steps([1, 0], [0.1, 0.9])), 0);
    assert.equal(areaUnderRoc(steps([1, 0, 1], [0.5, 0.5, 0.5])), 0.5);
  });

  test('says NaN where one side is missing', () => {
    for (const labels of [[1, 1], [0, 0], []])
      assert.equal(areaUnderRoc(steps(labels, [0.1, 0.9].slice(0, labels.length))), Number.NaN);
    assert.equal(averagePrecision(steps([0, 0], [0.1, 0.9])), 0);
    assert.deepEqual([...precisionRecallCurve(steps([0, 0], [0.1, 0.9])).x], [1, 1, 0]);
  });

  test('counts pairs, ties half', () => {
    const random = seededRandom(9);
    for (let round = 0; round < 50; round++) {
      const scores = Array.from({ length: 30 }, () => Math.floor(random() * 8));
      const isPositive = scores.map((score) => Number(random() * 8 < score + 1));
      let pairs = 0;
      let won = 0;
      for (const [i, high] of scores.entries()) {
        for (const [j, low] of scores.entries()) {
          if (!isPositive[i] || isPositive[j]) continue;
          pairs += 1;
          won += high > low ? 1 : high === low ? 0.5 : 0;
        }
      }
      if (pairs > 0) assert.ok(Math.abs(areaUnderRoc(steps(isPositive, scores)) - won / pairs) < 1e-12);
    }
  });

  test('keeps the log loss finite for a probability of 0', () => {
    assert.ok(Math.abs(logLoss([1, 0], [1, 0, 0.5, 0.5], 2) - (36.04365338911715 + Math.LN2) / 2) < 1e-12);
  });
});
