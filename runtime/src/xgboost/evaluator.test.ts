import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { createEvaluator } from './evaluator.ts';
import { exampleModel, exampleTree, leafTree } from './example-model.ts';
import { readModelDocument, UnknownModelFormat } from './model-document.ts';

interface Observed {
  readonly name: string;
  readonly features: number;
  readonly model: string;
  readonly rows: string;
  readonly predictions: string;
}

const { cases } = JSON.parse(readFileSync(new URL('../../testdata/observed-models.json', import.meta.url), 'utf8')) as {
  cases: Observed[];
};

function floats(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

const bitsOf = (values: Float32Array) => new Int32Array(values.buffer, values.byteOffset, values.length);

describe('createEvaluator does, to the bit, what XGBoost 3.2 was observed to do:', () => {
  for (const observed of cases) {
    test(observed.name, () => {
      const evaluator = createEvaluator(readModelDocument(gunzipSync(Buffer.from(observed.model, 'base64'))));
      const rows = floats(observed.rows);
      const expected = floats(observed.predictions);
      const count = rows.length / observed.features;
      assert.deepEqual(bitsOf(evaluator.predict(rows, count)), bitsOf(expected));
      assert.equal(evaluator.outputs * count, expected.length);
      // One row at a time, into an array of the caller's.
      const into = new Float32Array(evaluator.outputs);
      for (let row = 0; row < count; row++) {
        const one = rows.slice(row * observed.features, (row + 1) * observed.features);
        assert.equal(evaluator.predict(one, 1, into), into);
        assert.deepEqual(bitsOf(into), bitsOf(expected.slice(row * evaluator.outputs, (row + 1) * evaluator.outputs)));
      }
    });
  }
});

describe('createEvaluator', () => {
  const predict = (model: string, ...row: number[]) =>
    Array.from(createEvaluator(readModelDocument(Buffer.from(model))).predict(Float32Array.from(row), 1));

  test('reads base_score in both notations', () => {
    for (const baseScore of ['5E-1', '[5E-1]', '0.5'])
      assert.deepEqual(predict(exampleModel({ baseScore }), 1, 1), [-0.5]);
  });

  test('stops where training found the best round, in the notation of XGBoost 1 and of 2 and later', () => {
    const trees = [1, 2, 4, 8].map(leafTree);
    assert.deepEqual(predict(exampleModel({ trees }), 0, 0), [15.5]);
    assert.deepEqual(predict(exampleModel({ trees, attributes: { best_iteration: '1' } }), 0, 0), [3.5]);
    assert.deepEqual(predict(exampleModel({ trees, attributes: { best_ntree_limit: '3' } }), 0, 0), [7.5]);
    assert.deepEqual(predict(exampleModel({ trees, attributes: { best_iteration: '99' } }), 0, 0), [15.5]);
    assert.deepEqual(predict(exampleModel({ trees, attributes: { best_iteration: 'x' } }), 0, 0), [15.5]);
  });

  test('sends a value that equals the condition to the right, a missing one where the node says', () => {
    const trees = [{ ...exampleTree, defaultLeft: [0, 0, 1, 0, 0] }];
    assert.deepEqual(predict(exampleModel(), 2.5, 0.5), [2]);
    assert.deepEqual(predict(exampleModel(), Number.NaN, 0.5), [-0.5]);
    assert.deepEqual(predict(exampleModel({ trees }), Number.NaN, Number.NaN), [0.75]);
    // Four of a kind are walked together.
    assert.deepEqual(
      predict(
        exampleModel({ trees: [trees[0], trees[0], trees[0], trees[0]].map((tree) => tree ?? exampleTree) }),
        Number.NaN,
        Number.NaN,
      ),
      [1.5],
    );
  });

  test('evaluates an infinite condition', () => {
    const bare = (word: string) => exampleModel().replace('"split_conditions":[2.5,', `"split_conditions":[${word},`);
    assert.deepEqual(predict(bare('Infinity'), 1e30, 0), [-0.5]);
    assert.deepEqual(predict(bare('-Infinity'), -1e30, 0), [0.75]);
  });

  test('leaves what it does not know to the library', () => {
    assert.throws(() => predict(exampleModel({ objective: 'custom:mine' }), 0, 0), UnknownModelFormat);
    assert.throws(
      () => predict(exampleModel({ trees: [{ ...exampleTree, right: [3, -1, 4, -1, -1] }] }), 0, 0),
      UnknownModelFormat,
    );
  });
});

describe('createEvaluator survives', () => {
  test('models with bytes changed: it predicts something or says that they are broken, and comes back', () => {
    let state = 7;
    const random = (below: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state % below;
    };
    let refused = 0;
    for (const observed of cases.filter((_, index) => index % 4 === 0)) {
      const whole = gunzipSync(Buffer.from(observed.model, 'base64'));
      for (let round = 0; round < 60; round++) {
        const bytes = Buffer.from(whole);
        for (let change = 0; change <= random(6); change++) bytes[random(bytes.length)] = random(256);
        try {
          const evaluator = createEvaluator(readModelDocument(bytes));
          evaluator.predict(new Float32Array(evaluator.features), 1);
        } catch (error) {
          assert.ok(error instanceof Error && error.message.length < 1_000);
          refused++;
        }
      }
    }
    assert.ok(refused > 100);
  });

  test('sizes that a few bytes claim', () => {
    const predict = (model: string) => createEvaluator(readModelDocument(Buffer.from(model)));
    assert.throws(() => predict(exampleModel({ features: 2 ** 31 })), /has 2147483648 features/);
    assert.throws(() => predict(exampleModel({ classes: 2 ** 31 })), /has 2147483648 outputs/);
  });
});
