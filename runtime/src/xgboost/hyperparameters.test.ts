import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ClientError } from '../contract/client-error.ts';
import { isGreaterBetter, readHyperparameters } from './hyperparameters.ts';

const read = (given: Record<string, string>) => readHyperparameters({ num_round: '10', ...given });

function refuses(given: Record<string, string>, message: string): void {
  assert.throws(() => read(given), new ClientError(message));
}

/** Name, interval as the container prints it, values at and within the bounds, values beyond them. */
const intervals: [name: string, kind: 'integer' | 'number', interval: string, good: string[], bad: string[]][] = [
  ['num_round', 'integer', '[1, +inf)', ['1', '5000', ' 7 '], ['0', '-3']],
  ['csv_weights', 'integer', '[0, 1]', ['0', '1'], ['2', '-1']],
  ['early_stopping_rounds', 'integer', '[1, +inf)', ['1'], ['0']],
  ['verbosity', 'integer', '[0, 3]', ['0', '3'], ['4', '-1']],
  ['silent', 'integer', '[0, 1]', ['0', '1'], ['2']],
  ['nthread', 'integer', '[1, +inf)', ['1'], ['0']],
  ['eta', 'number', '[0, 1]', ['0', '1', '.3', '1e-3'], ['1.01', '-0.1']],
  ['gamma', 'number', '[0, +inf)', ['0', '9e9'], ['-1']],
  ['max_depth', 'integer', '[0, +inf)', ['0', '12'], ['-1']],
  ['min_child_weight', 'number', '[0, +inf)', ['0', '1.5'], ['-1']],
  ['max_delta_step', 'number', '[0, +inf)', ['0'], ['-1']],
  ['subsample', 'number', '(0, 1]', ['0.001', '1'], ['0', '1.1']],
  ['colsample_bytree', 'number', '(0, 1]', ['0.5', '1'], ['0', '2']],
  ['colsample_bylevel', 'number', '(0, 1]', ['0.5', '1'], ['0', '2']],
  ['colsample_bynode', 'number', '(0, 1]', ['0.5', '1'], ['0', '2']],
  ['lambda', 'number', '[0, +inf)', ['0'], ['-1']],
  ['alpha', 'number', '[0, +inf)', ['0'], ['-1']],
  ['lambda_bias', 'number', '[0, 1]', ['0', '1'], ['1.5']],
  ['sketch_eps', 'number', '(0, 1)', ['0.03'], ['0', '1']],
  ['scale_pos_weight', 'number', '(0, +inf)', ['0.1'], ['0', '-1']],
  ['refresh_leaf', 'integer', '[0, 1]', ['0', '1'], ['2']],
  ['max_leaves', 'integer', '[0, +inf)', ['0'], ['-1']],
  ['max_bin', 'integer', '[2, +inf)', ['2', '256'], ['1']],
  ['rate_drop', 'number', '[0, 1]', ['0', '1'], ['1.1']],
  ['one_drop', 'integer', '[0, 1]', ['0', '1'], ['2']],
  ['skip_drop', 'number', '[0, 1]', ['0', '1'], ['-1']],
  ['tweedie_variance_power', 'number', '(1, 2)', ['1.5'], ['1', '2']],
  ['huber_slope', 'number', '[0, +inf)', ['1'], ['-1']],
  ['aft_loss_distribution_scale', 'number', '[0, +inf)', ['1'], ['-1']],
  ['num_class', 'integer', '[2, +inf)', ['2'], ['1']],
  ['num_parallel_tree', 'integer', '[1, +inf)', ['1'], ['0']],
];

const choices: [name: string, ...values: string[]][] = [
  ['booster', 'gbtree', 'gblinear', 'dart'],
  ['tree_method', 'auto', 'exact', 'approx', 'hist', 'gpu_hist'],
  ['dsplit', 'row', 'col'],
  ['process_type', 'default', 'update'],
  ['grow_policy', 'depthwise', 'lossguide'],
  ['predictor', 'auto', 'cpu_predictor', 'gpu_predictor'],
  ['sampling_method', 'uniform', 'gradient_based'],
  ['deterministic_histogram', 'true', 'false'],
  ['sample_type', 'uniform', 'weighted'],
  ['normalize_type', 'tree', 'forest'],
  ['aft_loss_distribution', 'normal', 'logistic', 'extreme'],
  ['seed_per_iteration', 'true', 'false'],
  ['single_precision_histogram', 'true', 'false'],
  ['use_dask_gpu_training', 'true', 'false'],
  ['save_model_on_termination', 'true', 'false'],
];

describe('readHyperparameters', () => {
  test('takes what is left out at its default', () => {
    assert.deepEqual(read({}), {
      numRound: 10,
      earlyStoppingRounds: undefined,
      earlyStoppingMetric: undefined,
      csvWeights: false,
      objective: 'reg:squarederror',
      numClass: undefined,
      evalMetrics: [],
      parameters: { objective: 'reg:squarederror' },
    });
  });

  test('keeps what is the container’s from the library and passes the rest', () => {
    const given = {
      csv_weights: '1',
      early_stopping_rounds: '3',
      eval_metric: 'rmse, mae',
      silent: '0',
      max_depth: '4',
    };
    assert.deepEqual(read(given), {
      numRound: 10,
      earlyStoppingRounds: 3,
      earlyStoppingMetric: 'mae',
      csvWeights: true,
      objective: 'reg:squarederror',
      numClass: undefined,
      evalMetrics: ['rmse', 'mae'],
      parameters: { max_depth: '4', objective: 'reg:squarederror' },
    });
  });

  test('computes the metric that a tuning job watches, beside the requested ones', () => {
    const watched = (given: Record<string, string>) => {
      const { evalMetrics, earlyStoppingMetric } = read(given);
      return { evalMetrics, earlyStoppingMetric };
    };
    const tuned = { _tuning_objective_metric: 'validation:rmse' };
    assert.deepEqual(watched(tuned), { evalMetrics: ['rmse'], earlyStoppingMetric: 'rmse' });
    assert.deepEqual(watched({ ...tuned, eval_metric: 'rmse,mape,mae' }), {
      evalMetrics: ['mae', 'mape', 'rmse'],
      earlyStoppingMetric: 'rmse',
    });
  });

  test('knows the second names', () => {
    const { parameters } = read({ learning_rate: '0.1', min_split_loss: '2', reg_lambda: '3', reg_alpha: '4' });
    assert.deepEqual(parameters, { eta: '0.1', gamma: '2', lambda: '3', alpha: '4', objective: 'reg:squarederror' });
  });

  test('reads names of the past as those of today', () => {
    assert.equal(read({ objective: 'reg:linear' }).parameters.objective, 'reg:squarederror');
    assert.equal(read({ tree_method: 'gpu_hist' }).parameters.tree_method, 'hist');
  });

  for (const [name, , interval, good] of intervals) {
    test(`take ${name} in ${interval}`, () => {
      const objective: Record<string, string> = name === 'num_class' ? { objective: 'multi:softmax' } : {};
      for (const value of good) assert.ok(read({ ...objective, [name]: value }), value);
    });
  }

  for (const [name, ...values] of choices) {
    test(`take ${name} among ${values.join(', ')}`, () => {
      for (const value of values) assert.ok(read({ [name]: value }), value);
    });
  }

  test('takes any seed and base_score, and texts as they are', () => {
    for (const seed of ['-5', '0', '2147483646']) assert.equal(read({ seed }).parameters.seed, seed);
    assert.equal(read({ base_score: '-1.5' }).parameters.base_score, '-1.5');
    assert.equal(read({ monotone_constraints: '(1,-1)' }).parameters.monotone_constraints, '(1,-1)');
  });

  test('takes metrics with a threshold', () => {
    assert.deepEqual(read({ eval_metric: 'error@0.7,ndcg@3-,map@5' }).evalMetrics, ['error@0.7', 'ndcg@3-', 'map@5']);
  });

  test('knows in which direction a metric is better', () => {
    for (const metric of ['auc', 'aucpr', 'map', 'map@3', 'ndcg@5-', 'interval-regression-accuracy'])
      assert.equal(isGreaterBetter(metric), true, metric);
    for (const metric of ['rmse', 'mape', 'error@0.5', 'logloss', 'aft-nloglik'])
      assert.equal(isGreaterBetter(metric), false, metric);
  });
});

describe('readHyperparameters refuses', () => {
  test('a job without num_round', () =>
    assert.throws(() => readHyperparameters({}), new ClientError('Missing required hyperparameter: num_round')));

  test('names that are none, those of every JavaScript object among them', () => {
    for (const name of ['colour', 'constructor', 'toString', '__proto__', 'hasOwnProperty', 'ETA', '']) {
      const given = JSON.parse(`{"num_round":"1",${JSON.stringify(name)}:"1"}`);
      assert.throws(() => readHyperparameters(given), new ClientError(`Extraneous hyperparameter found: ${name}`));
    }
  });

  for (const [name, kind, interval, , bad] of intervals) {
    test(`${name} outside ${interval}`, () => {
      for (const value of bad) refuses({ [name]: value }, `Hyperparameter ${name}: ${value} is not in ${interval}`);
      const wanted = kind === 'integer' ? 'an integer' : 'a number';
      const wrong = kind === 'integer' ? ['1.5', '5.0', '1e2', '0x10', ''] : ['0x10', '1,5', 'nan', 'inf', '1e', ''];
      for (const value of [...wrong, 'many'])
        refuses({ [name]: value }, `Hyperparameter ${name}: could not parse value "${value}" as ${wanted}`);
    });
  }

  for (const [name, ...values] of choices) {
    test(`${name} that is not among ${values.join(', ')}`, () =>
      refuses(
        { [name]: 'other' },
        `Hyperparameter ${name}: other is not in [${values.map((value) => `'${value}'`).join(', ')}]`,
      ));
  }

  test('an objective that is none', () =>
    assert.throws(() => read({ objective: 'reg:magic' }), {
      message:
        /^Hyperparameter objective: reg:magic is not in \['aft_loss_distribution', 'binary:hinge', .*'survival:cox'\]$/,
    }));

  test('classes without their number', () => {
    for (const objective of ['multi:softmax', 'multi:softprob'])
      refuses(
        { objective },
        `Require input for parameter 'num_class' for multi-classification (objective ${objective})`,
      );
  });

  test('a number of classes where there are none', () => {
    const message = "Do not need to setup parameter 'num_class' for learning task other than multi-classification.";
    refuses({ num_class: '3' }, message);
    refuses({ num_class: '2', objective: 'binary:logistic' }, message);
  });

  test('labels that are intervals', () =>
    refuses({ objective: 'survival:aft' }, 'Hyperparameter objective: survival:aft is not supported by Clary yet'));

  test('metrics that do not exist, or are not implemented', () => {
    assert.throws(() => read({ eval_metric: 'rmse,luck' }), {
      message: /^Hyperparameter eval_metric: luck is not in \['accuracy', .*'tweedie-nloglik'\]$/,
    });
    refuses(
      { eval_metric: 'f1' },
      'Hyperparameter eval_metric: f1 is computed by no library function and is not supported by Clary yet',
    );
    for (const metric of ['rmse@1', 'error@', 'error@high'])
      refuses(
        { eval_metric: metric },
        `Hyperparameter eval_metric: ${metric} is not one of error, map, ndcg, tweedie-nloglik with a number after the @`,
      );
  });

  test('cross-validation', () =>
    refuses({ _kfold: '3' }, 'Hyperparameter _kfold: cross-validation (_kfold) is not supported by Clary yet'));
});
