import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seededRandom } from '../seeded-random.ts';
import { findObjective } from './objective.ts';

function objective(name: string) {
  const found = findObjective(name);
  assert.ok(found, name);
  return found;
}

function transformed(name: string, ...margins: number[]): number[] {
  const { transform, outputs } = objective(name);
  const into = new Float32Array(outputs(margins.length));
  transform(Float32Array.from(margins), 0, margins.length, into, 0);
  return Array.from(into);
}

const nearly = (actual: readonly number[], expected: readonly number[]) =>
  actual.forEach((value, index) => {
    const wanted = expected[index] as number;
    assert.ok(Math.abs(value - wanted) <= Math.abs(wanted) * 2e-7 + 1e-45, `${value} is not ${wanted}`);
  });

const margins = [-100, -20, -1.5, -0.25, 0, 0.25, 1.5, 20, 88];

describe('objectives', () => {
  for (const name of ['reg:squarederror', 'reg:linear', 'reg:absoluteerror', 'binary:logitraw', 'rank:ndcg']) {
    test(`${name}: leave margins as they are, both ways`, () => {
      assert.deepEqual(transformed(name, ...margins), margins);
      assert.equal(objective(name).margin(0.25), 0.25);
    });
  }

  for (const name of ['binary:logistic', 'reg:logistic']) {
    test(`${name}: the logistic curve`, () => {
      nearly(
        transformed(name, ...margins.slice(2)),
        margins.slice(2).map((x) => 1 / (1 + Math.exp(-x))),
      );
      assert.deepEqual(transformed(name, 0), [0.5]);
    });

    test(`${name}: base_score is a probability, held away from 0 and 1`, () => {
      const { margin } = objective(name);
      assert.equal(margin(0.5) + 0, 0);
      nearly([margin(0.75)], [Math.log(3)]);
      assert.ok(margin(0) < -13 && margin(0) > -14 && margin(1) > 13 && margin(1) < 17);
    });
  }

  for (const name of ['count:poisson', 'reg:gamma', 'reg:tweedie', 'survival:cox', 'survival:aft']) {
    test(`${name}: the exponential, and its logarithm for base_score`, () => {
      nearly(transformed(name, ...margins.slice(1)), margins.slice(1).map(Math.exp));
      nearly([objective(name).margin(5)], [Math.log(5)]);
    });
  }

  test('binary:hinge: a class by the sign', () =>
    assert.deepEqual(transformed('binary:hinge', -2, 0, 1e-9), [0, 0, 1]));

  test('multi:softmax: the first of the greatest', () => {
    assert.deepEqual(transformed('multi:softmax', 1, 3, 2), [1]);
    assert.deepEqual(transformed('multi:softmax', 2, 2, 2), [0]);
    assert.deepEqual(transformed('multi:softmax', -5, -1, -1), [1]);
  });

  test('multi:softprob: probabilities that add up to 1, of huge margins too', () => {
    const random = seededRandom(4);
    for (let round = 0; round < 200; round++) {
      const row = Array.from({ length: 5 }, () => (random() - 0.5) * 10 ** (round % 4));
      const weights = row.map((margin) => Math.exp(Math.fround(margin) - Math.max(...row.map(Math.fround))));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const probabilities = transformed('multi:softprob', ...row);
      probabilities.forEach((probability, index) => {
        assert.ok(Math.abs(probability - (weights[index] as number) / total) < 1e-6);
      });
    }
    assert.deepEqual(transformed('multi:softprob', 1000, 1000), [0.5, 0.5]);
  });

  test('writes at the requested position, also into the array that they read from', () => {
    const both = Float32Array.of(9, 1, 3, 9);
    objective('multi:softprob').transform(both, 1, 2, both, 1);
    assert.deepEqual([both[0], both[3]], [9, 9]);
    nearly([both[1] ?? 0, both[2] ?? 0], [1 / (1 + Math.exp(2)), 1 / (1 + Math.exp(-2))]);
    objective('count:poisson').transform(Float32Array.of(7, 0), 1, 1, both, 3);
    assert.equal(both[3], 1);
  });
});

describe('findObjective refuses', () => {
  test('to guess, whatever the name', () => {
    for (const name of ['mine', 'reg:', '', 'constructor', '__proto__', 'toString'])
      assert.equal(findObjective(name), undefined, name);
  });
});
