import assert from 'node:assert/strict';
import { after, before, describe, mock, test } from 'node:test';
import { csv, exampleJob, libsvm } from '../contract/example-job.ts';
import { seededRandom } from '../seeded-random.ts';
import { ensureLibrary } from './library.ts';
import { readModel } from './model.ts';
import { readModelDocument } from './model-document.ts';
import { train } from './train.ts';

/** Where the machine has not got it yet, the first test fetches it. */
const libraryFile = () => ensureLibrary(process.env, () => {});
before(libraryFile);

interface Trained {
  readonly status: number;
  readonly lines: readonly string[];
  /** Those of the rounds. */
  readonly rounds: readonly string[];
  readonly model: Buffer | undefined;
  readonly metrics: Record<string, number> | undefined;
  readonly failure: string | undefined;
  readonly errors: readonly string[];
}

async function trained(
  hyperparameters: Record<string, string>,
  channels: Parameters<typeof exampleJob>[1],
): Promise<Trained> {
  const job = exampleJob(hyperparameters, channels);
  const log = mock.method(console, 'log', () => {});
  const errors = mock.method(console, 'error', () => {});
  try {
    const status = await train({ mlDir: job.mlDir, libraryFile, env: {} });
    const lines = log.mock.calls.map(({ arguments: [line] }) => String(line));
    const metrics = job.read('output/metrics.json');
    return {
      status,
      lines,
      rounds: lines.filter((line) => /^\[\d+\]#011/.test(line)),
      model: job.read('model/xgboost-model'),
      metrics: metrics && JSON.parse(metrics.toString()),
      failure: job.read('output/failure')?.toString(),
      errors: errors.mock.calls.map(({ arguments: [line] }) => String(line)),
    };
  } finally {
    log.mock.restore();
    errors.mock.restore();
    job[Symbol.dispose]();
  }
}

/** Two hundred rows of four features, some of them missing; `label` sees the first three as numbers. */
function table(seed: number, label: (a: number, b: number, c: number) => number, rows = 200): string {
  const random = seededRandom(seed);
  return Array.from({ length: rows }, () => {
    const [a = 0, b = 0, c = 0] = [random(), random(), random()];
    return [label(a, b, c), a, b, random() < 0.2 ? '' : c, random()].join(',');
  }).join('\n');
}

const objectives: [
  objective: string,
  metric: string,
  label: (a: number, b: number, c: number) => number,
  extra?: object,
][] = [
  ['reg:squarederror', 'rmse', (a, b) => 3 * a - b],
  ['reg:gamma', 'gamma-deviance', (a, b) => 0.1 + a + b],
  ['binary:logistic', 'logloss', (a, b) => +(a > b)],
  ['multi:softprob', 'mlogloss', (a) => Math.floor(a * 3), { num_class: '3' }],
  ['multi:softmax', 'mlogloss', (a) => Math.floor(a * 3), { num_class: '3' }],
  ['count:poisson', 'poisson-nloglik', (a, b) => Math.floor(5 * a + b)],
];

describe('train', () => {
  for (const booster of ['gbtree', 'dart', 'gblinear']) {
    for (const [objective, metric, label, extra] of objectives) {
      test(`learn ${objective} with ${booster}: a line a round, metrics, a model that can be loaded`, async () => {
        const given = {
          num_round: '4',
          objective,
          booster,
          nthread: '1',
          ...(booster === 'dart' ? { rate_drop: '0.3' } : {}),
        };
        const channels = { train: csv(table(1, label)), validation: csv(table(2, label, 50)) };
        const { status, rounds, model, metrics, failure, lines } = await trained({ ...given, ...extra }, channels);
        assert.deepEqual([status, failure], [0, undefined]);
        assert.equal(rounds.length, 4);
        const values = rounds.map((line, round) => {
          const match = /^\[(\d+)\]#011train-([a-z-]+):(-?[\d.]+)#011validation-([a-z-]+):(-?[\d.]+)$/.exec(line);
          assert.deepEqual([match?.[1], match?.[2], match?.[4]], [String(round), metric, metric], line);
          return [Number(match?.[3]), Number(match?.[5])];
        });
        assert.ok((values[3]?.[0] ?? 0) < (values[0]?.[0] ?? 0), rounds.join('\n'));
        assert.deepEqual(metrics, { [`train:${metric}`]: values[3]?.[0], [`validation:${metric}`]: values[3]?.[1] });
        const loaded = await readModel(model ?? Buffer.alloc(0));
        assert.equal(loaded.features, 4);
        assert.equal(loaded.outputs, objective === 'multi:softprob' ? 3 : 1);
        assert.match(
          lines[0] ?? '',
          /^\[\d{4}-\d\d-\d\d:\d\d:\d\d:\d\d:INFO\] Channel train has 200 rows of 4 features$/,
        );
        assert.match(lines.at(-1) ?? '', new RegExp(`INFO\\] The model \\(${model?.length} bytes\\) is saved$`));
      });
    }
  }

  test('what can be worked out by hand: one split, leaves that are the labels', async () => {
    const given = { num_round: '1', eta: '1', lambda: '0', max_depth: '1', min_child_weight: '0' };
    const { rounds, model, metrics } = await trained(given, { train: csv('1,10\n5,20\n') });
    assert.deepEqual(rounds, ['[0]#011train-rmse:0.00000000000000000']);
    assert.deepEqual(metrics, { 'train:rmse': 0 });
    const { predict } = await readModel(model ?? Buffer.alloc(0));
    assert.deepEqual(Array.from(predict(Float32Array.of(10, 20), 2)), [1, 5]);
  });

  test('weighs rows as csv_weights and libsvm weights say', async () => {
    const given = { num_round: '1', eta: '1', lambda: '0', min_child_weight: '0' };
    const weighted = await trained({ ...given, csv_weights: '1' }, { train: csv('1,3,7\n5,1,7\n') });
    const { predict } = await readModel(weighted.model ?? Buffer.alloc(0));
    assert.deepEqual(Array.from(predict(Float32Array.of(7), 1)), [2]);
    const sparse = await trained(given, { train: libsvm('1:3 0:7\n5:1 0:7\n') });
    assert.deepEqual(sparse.rounds, weighted.rounds);
  });

  test('takes libsvm for what the same CSV is, missing cells included', async () => {
    const text = table(3, (a) => a);
    const sparse = text.split('\n').map((line) => {
      const [label, ...cells] = line.split(',');
      return [label, ...cells.flatMap((cell, index) => (cell === '' ? [] : [`${index}:${cell}`]))].join(' ');
    });
    const given = { num_round: '5', nthread: '1' };
    const fromCsv = await trained(given, { train: csv(text) });
    const fromLibsvm = await trained(given, { train: libsvm(sparse.join('\n')) });
    assert.deepEqual(fromLibsvm.rounds, fromCsv.rounds);
    assert.deepEqual(fromLibsvm.model, fromCsv.model);
  });

  test('makes the same model of the same seed, another of another', async () => {
    const channels = { train: csv(table(4, (a, b) => a * b)) };
    const given = { num_round: '5', subsample: '0.5', nthread: '1' };
    const models = [];
    for (const seed of ['1', '1', '2']) models.push((await trained({ ...given, seed }, channels)).model);
    assert.deepEqual(models[0], models[1]);
    assert.notDeepEqual(models[0], models[2]);
  });

  test('prints several metrics in the order given', async () => {
    const given = { num_round: '2', objective: 'binary:logistic', eval_metric: 'auc,error@0.3,logloss' };
    const { rounds, metrics } = await trained(given, { train: csv(table(5, (a, b) => +(a > b))) });
    assert.match(rounds[1] ?? '', /^\[1\]#011train-auc:[\d.]+#011train-error@0\.3:[\d.]+#011train-logloss:[\d.]+$/);
    assert.deepEqual(Object.keys(metrics ?? {}), ['train:auc', 'train:error@0.3', 'train:logloss']);
  });

  test('stops early by the last metric of the last channel, and remember the best round', async () => {
    const random = seededRandom(6);
    const noise = () => random();
    for (const metric of ['rmse', 'mae']) {
      const given = { num_round: '500', early_stopping_rounds: '3', eta: '0.9', eval_metric: `mape,${metric}` };
      const channels = { train: csv(table(6, noise)), validation: csv(table(7, noise)) };
      const { status, rounds, lines, model, metrics } = await trained(given, channels);
      assert.equal(status, 0);
      const values = rounds.map((line) => Number(line.slice(line.lastIndexOf(':') + 1)));
      const best = values.indexOf(Math.min(...values));
      assert.equal(rounds.length, best + 4);
      assert.equal(
        lines.some((line) => line.endsWith(`Stopping. Best iteration: [${best}] validation-${metric}:${values[best]}`)),
        true,
      );
      assert.equal(metrics?.[`validation:${metric}`], values[best]);
      const { attributes } = readModelDocument(model ?? Buffer.alloc(0));
      assert.deepEqual({ ...attributes }, { best_iteration: String(best), best_score: String(values[best]) });
    }
  });

  test('stops early upwards where greater is better', async () => {
    const given = { num_round: '50', early_stopping_rounds: '2', objective: 'binary:logistic', eval_metric: 'auc' };
    const data = csv(table(8, (a) => +(a > 0.5)));
    const { rounds, lines } = await trained(given, { train: data, validation: data });
    assert.deepEqual(rounds.slice(0, 1), [
      '[0]#011train-auc:1.00000000000000000#011validation-auc:1.00000000000000000',
    ]);
    assert.equal(rounds.length, 3);
    assert.ok(lines.some((line) => line.endsWith('Stopping. Best iteration: [0] validation-auc:1')));
  });

  test('watches the metric of a tuning job, though another is requested last', async () => {
    const random = seededRandom(6);
    const channels = { train: csv(table(6, () => random())), validation: csv(table(7, () => random())) };
    const given = { num_round: '500', early_stopping_rounds: '3', eta: '0.9', eval_metric: 'mape,rmse' };
    const { lines } = await trained({ ...given, _tuning_objective_metric: 'validation:mae' }, channels);
    assert.ok(lines.some((line) => /Stopping\. Best iteration: \[\d+\] validation-mae:/.test(line)));
  });

  test('trains every round where there is no validation channel or no metric, as the container does', async () => {
    const data = csv(table(8, (a) => +(a > 0.5)));
    const given = { num_round: '9', early_stopping_rounds: '2', objective: 'binary:logistic' };
    for (const [more, channels] of [
      [{ eval_metric: 'auc' }, { train: data }],
      [{}, { train: data, validation: data }],
    ] as const) {
      const { status, rounds, lines, model } = await trained({ ...given, ...more }, channels);
      assert.deepEqual([status, rounds.length], [0, 9]);
      assert.ok(lines.some((line) => /early_stopping_rounds is not used: it takes/.test(line)));
      assert.deepEqual({ ...readModelDocument(model ?? Buffer.alloc(0)).attributes }, {});
    }
  });

  test('leaves out of the metrics what is no number', async () => {
    const given = { num_round: '1', objective: 'binary:logistic', eval_metric: 'logloss,auc' };
    const { status, rounds, metrics } = await trained(given, { train: csv('1,2\n1,3\n') });
    assert.equal(status, 0);
    assert.match(rounds[0] ?? '', /train-auc:nan$/);
    assert.deepEqual(Object.keys(metrics ?? {}), ['train:logloss']);
  });

  test('listens to SIGTERM only while it trains', async () => {
    const before = process.listenerCount('SIGTERM');
    await trained({ num_round: '1' }, { train: csv('1,2\n') });
    await trained({ num_round: '1', updater: 'magic' }, { train: csv('1,2\n') });
    assert.equal(process.listenerCount('SIGTERM'), before);
  });
});

describe('train refuses', () => {
  const good = '1,2,3\n2,3,4\n';
  const cases: [what: string, given: Record<string, string>, channels: Parameters<typeof exampleJob>[1], failure: string][] = [
    ['a job without the channel train', {}, { validation: csv(good) }, 'The channel "train" is missing: XGBoost needs it, "validation" is optional'],
    ['a channel of another name', {}, { train: csv(good), test: csv(good) }, 'The channel "test" is not one of XGBoost\'s: train, validation'],
    ['a hyperparameter', { eta: '5' }, { train: csv(good) }, 'Hyperparameter eta: 5 is not in [0, 1]'],
    ['a header', {}, { train: csv(`label,a,b\n${good}`) }, 'train/data, line 1, column 1: "label" is not a number. It looks like a header: remove the first line, put the label into the first column and leave numbers only'],
    ['a validation channel with other columns', {}, { train: csv(good), validation: csv('1,2\n') }, 'Channel validation has 1 features, channel train has 2'],
    ['a validation channel with more columns', {}, { train: libsvm('1 0:1\n'), validation: libsvm('1 5:1\n') }, 'Channel validation has 6 features, channel train has 1'],
    ['labels that the objective cannot learn', { objective: 'reg:gamma' }, { train: csv('0,1\n') }, 'Channel train, row 1: the label 0 is not what reg:gamma can learn. The label is the first column: move it there if it is the last, and number classes from 0'],
    ['what the library refuses', { objective: 'binary:logistic', base_score: '2' }, { train: csv('1,1\n0,2\n') }, 'XGBoost refuses the data or the hyperparameters: Check failed: is_valid: base_score must be in (0,1) for the logistic loss.'],
    ['a value that only the library knows', { updater: 'magic' }, { train: csv(good) }, 'XGBoost refuses the data or the hyperparameters: Unknown tree updater magic'],
  ]; // biome-ignore format: a table
  for (const [what, given, channels, failure] of cases) {
    test(`${what}: status 1, the failure file, the same line in the log, no model`, async () => {
      const result = await trained({ num_round: '2', ...given }, channels);
      assert.equal(result.failure, `ClientError: ${failure}`);
      assert.deepEqual(result.errors, [`ClientError: ${failure}`]);
      assert.deepEqual([result.status, result.model, result.metrics], [1, undefined, undefined]);
    });
  }

  test('to continue without the library, and says how to get it', async () => {
    const job = exampleJob({ num_round: '1' }, { train: csv(good) });
    const log = mock.method(console, 'log', () => {});
    const errors = mock.method(console, 'error', () => {});
    after(() => {
      log.mock.restore();
      errors.mock.restore();
    });
    const status = await train({
      mlDir: job.mlDir,
      env: {},
      libraryFile: () => Promise.reject(new Error('XGBoost could not be fetched')),
    });
    assert.equal(status, 1);
    assert.equal(job.read('output/failure')?.toString(), 'AlgorithmError: XGBoost could not be fetched');
    job[Symbol.dispose]();
  });
});
