import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seeded } from '../contract/example-job.ts';
import { areaUnderRoc, classificationMetrics, confusionMatrix, regressionMetrics } from './metrics.ts';

const nearly = (actual: Record<string, number>, expected: Record<string, number>) => {
  assert.deepEqual(Object.keys(actual), Object.keys(expected));
  for (const [name, value] of Object.entries(expected))
    assert.ok(Math.abs((actual[name] ?? Number.NaN) - value) < 1e-12, `${name}: ${actual[name]} is not ${value}`);
};

describe('regressionMetrics does', () => {
  test("what scikit-learn's documentation prints", () => {
    // mean_squared_error, mean_absolute_error and r2_score of y_true = [3, -0.5, 2, 7], y_pred = [2.5, 0.0, 2, 8].
    nearly(regressionMetrics([3, -0.5, 2, 7], [2.5, 0, 2, 8]), {
      mse: 0.375,
      rmse: Math.sqrt(0.375),
      mae: 0.5,
      r2: 1 - 1.5 / 29.1875,
    });
    // r2_score([1, 2, 3], [3, 2, 1]) == -3.0
    nearly(regressionMetrics([1, 2, 3], [3, 2, 1]), { mse: 8 / 3, rmse: Math.sqrt(8 / 3), mae: 4 / 3, r2: -3 });
  });

  test('a perfect fit, and labels that do not vary, as scikit-learn', () => {
    assert.deepEqual(regressionMetrics([1, 2], [1, 2]), { mse: 0, rmse: 0, mae: 0, r2: 1 });
    assert.equal(regressionMetrics([2, 2, 2], [2, 2, 2]).r2, 1);
    assert.equal(regressionMetrics([2, 2], [1, 3]).r2, 0);
    assert.equal(regressionMetrics([5], [5]).r2, 1);
  });
});

describe('classificationMetrics does', () => {
  test('confusion matrices with the truth in rows', () => {
    // scikit-learn's documentation of confusion_matrix.
    assert.deepEqual(confusionMatrix([2, 0, 2, 2, 0, 1], [0, 0, 2, 2, 0, 2], 3), [
      [2, 0, 0],
      [0, 0, 1],
      [1, 0, 2],
    ]);
  });

  test('one class against the rest', () => {
    // tn 3, fp 1, fn 2, tp 4
    const matrix = [
      [3, 1],
      [2, 4],
    ];
    nearly(classificationMetrics(matrix, 1), { accuracy: 0.7, precision: 4 / 5, recall: 4 / 6, f1: 8 / 11 });
    nearly(classificationMetrics(matrix, 0), { accuracy: 0.7, precision: 3 / 5, recall: 3 / 4, f1: 6 / 9 });
  });

  test("the mean over classes: scikit-learn's documentation of f1_score, average='macro'", () => {
    // y_true = [0, 1, 2, 0, 1, 2], y_pred = [0, 2, 1, 0, 0, 1]: precision 0.22…, recall 0.33…, f1 0.26…
    const matrix = confusionMatrix([0, 1, 2, 0, 1, 2], [0, 2, 1, 0, 0, 1], 3);
    nearly(classificationMetrics(matrix), { accuracy: 2 / 6, precision: 2 / 9, recall: 1 / 3, f1: 0.8 / 3 });
  });

  test('leave classes that nobody has and nobody predicts out of the mean', () => {
    const matrix = confusionMatrix([0, 1], [0, 1], 5);
    assert.deepEqual(classificationMetrics(matrix), { accuracy: 1, precision: 1, recall: 1, f1: 1 });
  });

  test('0 where nothing can be divided', () => {
    const none = { accuracy: 0.5, precision: 0, recall: 0, f1: 0 };
    assert.deepEqual(classificationMetrics(confusionMatrix([0, 1], [0, 0], 2), 1), none);
  });
});

describe('areaUnderRoc does', () => {
  test("what scikit-learn's documentation prints", () => {
    // roc_auc_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) == 0.75
    assert.equal(areaUnderRoc([false, false, true, true], [0.1, 0.4, 0.35, 0.8]), 0.75);
  });

  test('all right, all wrong, all the same', () => {
    assert.equal(areaUnderRoc([false, true], [0.1, 0.9]), 1);
    assert.equal(areaUnderRoc([true, false], [0.1, 0.9]), 0);
    assert.equal(areaUnderRoc([true, false, true], [0.5, 0.5, 0.5]), 0.5);
  });

  test('NaN where one side is missing', () => {
    assert.equal(areaUnderRoc([true, true], [0.1, 0.9]), Number.NaN);
    assert.equal(areaUnderRoc([false], [0.1]), Number.NaN);
    assert.equal(areaUnderRoc([], []), Number.NaN);
  });

  test('count pairs, ties half', () => {
    const random = seeded(9);
    for (let round = 0; round < 50; round++) {
      const scores = Array.from({ length: 30 }, () => Math.floor(random() * 8));
      const isPositive = scores.map((score) => random() * 8 < score + 1);
      let pairs = 0;
      let won = 0;
      for (const [i, high] of scores.entries()) {
        for (const [j, low] of scores.entries()) {
          if (!isPositive[i] || isPositive[j]) continue;
          pairs += 1;
          won += high > low ? 1 : high === low ? 0.5 : 0;
        }
      }
      if (pairs > 0) assert.ok(Math.abs(areaUnderRoc(isPositive, scores) - won / pairs) < 1e-12);
    }
  });
});
