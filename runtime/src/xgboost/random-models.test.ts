/** Models that the real library trains on random data: the evaluator predicts to the bit what the library predicts. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { seededRandom } from '../seeded-random.ts';
import { openXgboost, type Xgboost } from './booster.ts';
import { createEvaluator } from './evaluator.ts';
import { ensureLibrary } from './library.ts';
import { openLibraryModel } from './library-model.ts';
import { readModelDocument } from './model-document.ts';

let file: string;
let xgboost: Xgboost;
before(async () => {
  file = await ensureLibrary(process.env, () => {});
  xgboost = openXgboost(file);
});

type Random = () => number;
const pick = <T>(random: Random, ...values: T[]): T => values[Math.floor(random() * values.length)] as T;

/** Values of many kinds: coarse ones, so that rows meet conditions exactly, tiny and huge ones, zeros of both signs, and holes. */
function rowsOf(random: Random, count: number, columns: number, isMild: boolean): Float32Array {
  const kinds = Array.from({ length: columns }, () =>
    pick(random, 'fine', 'coarse', isMild ? 'fine' : 'wide', 'sparse'),
  );
  return Float32Array.from({ length: count * columns }, (_, index) => {
    if (random() < 0.15) return Number.NaN;
    const kind = kinds[index % columns];
    if (kind === 'coarse') return Math.floor(random() * 5) - 2;
    if (kind === 'wide') return (random() - 0.5) * 10 ** Math.floor(random() * 60 - 30);
    if (kind === 'sparse') return random() < 0.7 ? pick(random, 0, -0) : random();
    return random() * 4 - 2;
  });
}

const labelFor = (objective: string, random: Random, value: number): number => {
  const wave = Math.sin(value * 2) + random() * 0.3;
  if (objective.startsWith('multi:')) return Math.min(3, Math.floor((wave + 1) * 1.6));
  if (/^(binary:|reg:logistic|rank:)/.test(objective)) return wave > 0.2 ? 1 : 0;
  if (/^(count:|reg:tweedie)/.test(objective)) return Math.floor((wave + 1) * 3);
  return /^(reg:gamma|reg:squaredlogerror|survival:)/.test(objective) ? wave + 1.2 : wave;
};

const objectives = [
  'reg:squarederror',
  'reg:squaredlogerror',
  'reg:pseudohubererror',
  'reg:absoluteerror',
  'reg:logistic',
  'binary:logistic',
  'binary:logitraw',
  'binary:hinge',
  'count:poisson',
  'reg:gamma',
  'reg:tweedie',
  'survival:cox',
  'rank:pairwise',
  'rank:ndcg',
  'rank:map',
  'multi:softmax',
  'multi:softprob',
];

function parametersFor(booster: string, random: Random): Record<string, string> {
  if (booster === 'gblinear') return { eta: '0.1', updater: pick(random, 'coord_descent', 'shotgun') };
  const trees = {
    eta: String(pick(random, 0.1, 0.5, 1)),
    max_depth: String(pick(random, 1, 3, 6, 14)),
    lambda: String(pick(random, 0, 1)),
    min_child_weight: '0',
    subsample: String(pick(random, 0.6, 1)),
    colsample_bytree: String(pick(random, 0.5, 1)),
    num_parallel_tree: String(pick(random, 1, 1, 3)),
    tree_method: pick(random, 'exact', 'hist', 'approx'),
    ...(random() < 0.3 ? { base_score: '0.4' } : {}),
  };
  if (booster === 'gbtree') return trees;
  const isForest = random() < 0.5;
  return { ...trees, rate_drop: '0.4', one_drop: '1', normalize_type: isForest ? 'forest' : 'tree' };
}

interface Trial {
  readonly name: string;
  readonly model: Buffer;
  readonly features: number;
  readonly asked: Float32Array;
}

function trial(objective: string, boosterName: string, seed: number): Trial {
  const random = seededRandom(seed);
  const features = 1 + Math.floor(random() * 7);
  const count = 150;
  const isMild = boosterName === 'gblinear';
  const rows = rowsOf(random, count, features, isMild);
  const labels = Float32Array.from({ length: count }, (_, row) => {
    const value = rows[row * features] as number;
    return labelFor(objective, random, Number.isFinite(value) ? value : 0);
  });
  const parameters = {
    objective,
    booster: boosterName,
    seed: String(seed),
    nthread: '1',
    ...(objective.startsWith('multi:') ? { num_class: '4' } : {}),
    ...parametersFor(boosterName, random),
  };
  const owned = new DisposableStack();
  try {
    const matrix = owned.use(xgboost.denseMatrix(rows, count, features));
    matrix.setFloats('label', labels);
    const booster = owned.use(xgboost.booster([matrix]));
    for (const [name, value] of Object.entries(parameters)) booster.setParameter(name, value);
    const rounds = 1 + Math.floor(random() * 9);
    for (let round = 0; round < rounds; round++) booster.update(round, matrix);
    if (random() < 0.3) booster.setAttribute('best_iteration', String(Math.floor(random() * rounds)));
    const asked = Float32Array.of(...rows.subarray(0, 40 * features), ...rowsOf(random, 40, features, isMild));
    return { name: JSON.stringify(parameters), model: booster.save(), features, asked };
  } finally {
    owned.dispose();
  }
}

const bitsOf = (values: Float32Array) => new Int32Array(values.buffer, values.byteOffset, values.length);

function compare({ name, model, features, asked }: Trial): void {
  const document = readModelDocument(model);
  const evaluator = createEvaluator(document);
  const library = openLibraryModel(file, model);
  assert.deepEqual([evaluator.features, evaluator.outputs], [library.features, library.outputs], name);
  const count = asked.length / features;
  assert.deepEqual(bitsOf(evaluator.predict(asked, count)), bitsOf(library.predict(asked, count)), name);
}

describe('createEvaluator does, to the bit, what the library does with random models of', () => {
  for (const booster of ['gbtree', 'dart', 'gblinear']) {
    for (const [index, objective] of objectives.entries()) {
      // The library trains no linear model of this one.
      if (booster === 'gblinear' && objective === 'reg:absoluteerror') continue;
      test(`${objective}, ${booster}`, () => {
        for (let round = 0; round < 6; round++) compare(trial(objective, booster, 1_000 * index + round + 1));
      });
    }
  }
});
