/**
 * The hyperparameters of SageMaker's XGBoost as data, and their check.
 * Names, ranges, defaults: https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost_hyperparameters.html
 * Texts of refusals: sagemaker-algorithm-toolkit, as the container prints them.
 */
import { ClientError } from '../contract/client-error.ts';

interface Interval {
  readonly kind: 'integer' | 'number';
  readonly min?: number;
  readonly max?: number;
  readonly minOpen?: boolean;
  readonly maxOpen?: boolean;
}

type Rule = Interval | { readonly kind: 'choice'; readonly values: readonly string[] } | { readonly kind: 'text' };

const integer = (min?: number, max?: number): Rule => ({ kind: 'integer', min, max }) as Rule;
const number = (min?: number, max?: number, minOpen = false, maxOpen = false): Rule =>
  ({ kind: 'number', min, max, minOpen, maxOpen }) as Rule;
const choice = (...values: string[]): Rule => ({ kind: 'choice', values });
const text: Rule = { kind: 'text' };

const objectives = [
  'aft_loss_distribution',
  'binary:hinge',
  'binary:logistic',
  'binary:logitraw',
  'count:poisson',
  'multi:softmax',
  'multi:softprob',
  'rank:map',
  'rank:ndcg',
  'rank:pairwise',
  'reg:absoluteerror',
  'reg:gamma',
  'reg:linear',
  'reg:logistic',
  'reg:pseudohubererror',
  'reg:squarederror',
  'reg:squaredlogerror',
  'reg:tweedie',
  'survival:aft',
  'survival:cox',
];

const metrics = [
  'accuracy',
  'accuracy_micro',
  'aft-nloglik',
  'auc',
  'aucpr',
  'cox-nloglik',
  'error',
  'f1',
  'f1_binary',
  'f1_macro',
  'gamma-deviance',
  'gamma-nloglik',
  'interval-regression-accuracy',
  'logloss',
  'mae',
  'map',
  'mape',
  'merror',
  'mlogloss',
  'mphe',
  'mse',
  'ndcg',
  'poisson-nloglik',
  'r2',
  'rmse',
  'rmsle',
  'tweedie-nloglik',
];

/** Those that the container computes itself, outside of the library. */
const containerMetrics = new Set(['accuracy', 'accuracy_micro', 'f1', 'f1_binary', 'f1_macro', 'mse', 'r2']);

/** Those that take a number after an @. */
const withThreshold = new Set(['error', 'map', 'ndcg', 'tweedie-nloglik']);

const rules: Readonly<Record<string, Rule>> = {
  num_round: integer(1),
  csv_weights: integer(0, 1),
  early_stopping_rounds: integer(1),
  booster: choice('gbtree', 'gblinear', 'dart'),
  verbosity: integer(0, 3),
  silent: integer(0, 1),
  nthread: integer(1),
  eta: number(0, 1),
  gamma: number(0),
  max_depth: integer(0),
  min_child_weight: number(0),
  max_delta_step: number(0),
  subsample: number(0, 1, true),
  colsample_bytree: number(0, 1, true),
  colsample_bylevel: number(0, 1, true),
  colsample_bynode: number(0, 1, true),
  lambda: number(0),
  alpha: number(0),
  lambda_bias: number(0, 1),
  tree_method: choice('auto', 'exact', 'approx', 'hist', 'gpu_hist'),
  sketch_eps: number(0, 1, true, true),
  scale_pos_weight: number(0, undefined, true),
  updater: text,
  dsplit: choice('row', 'col'),
  refresh_leaf: integer(0, 1),
  process_type: choice('default', 'update'),
  grow_policy: choice('depthwise', 'lossguide'),
  max_leaves: integer(0),
  max_bin: integer(2),
  predictor: choice('auto', 'cpu_predictor', 'gpu_predictor'),
  sampling_method: choice('uniform', 'gradient_based'),
  deterministic_histogram: choice('true', 'false'),
  sample_type: choice('uniform', 'weighted'),
  normalize_type: choice('tree', 'forest'),
  rate_drop: number(0, 1),
  one_drop: integer(0, 1),
  skip_drop: number(0, 1),
  tweedie_variance_power: number(1, 2, true, true),
  huber_slope: number(0),
  aft_loss_distribution: choice('normal', 'logistic', 'extreme'),
  aft_loss_distribution_scale: number(0),
  objective: choice(...objectives),
  num_class: integer(2),
  base_score: number(),
  seed: integer(),
  seed_per_iteration: choice('true', 'false'),
  num_parallel_tree: integer(1),
  monotone_constraints: text,
  interaction_constraints: text,
  single_precision_histogram: choice('true', 'false'),
  use_dask_gpu_training: choice('true', 'false'),
  eval_metric: text,
  save_model_on_termination: choice('true', 'false'),
  _tuning_objective_metric: text,
  _kfold: integer(2),
  _num_cv_round: integer(1),
};

/** The container accepts these under two names. */
const aliases: Readonly<Record<string, string>> = {
  learning_rate: 'eta',
  min_split_loss: 'gamma',
  reg_lambda: 'lambda',
  reg_alpha: 'alpha',
};

/** What is the container's business, not the library's. */
const ownNames = new Set([
  'num_round',
  'csv_weights',
  'early_stopping_rounds',
  'eval_metric',
  'save_model_on_termination',
  'silent',
  'use_dask_gpu_training',
  '_tuning_objective_metric',
  '_kfold',
  '_num_cv_round',
  'predictor',
  'deterministic_histogram',
  'single_precision_histogram',
]);

/** Its labels are intervals, which no supported content type can express. */
const unsupportedObjective = 'survival:aft';

/** Not implemented: a clear refusal is better than a wrong model. */
const unsupported: Readonly<Record<string, string>> = {
  _kfold: 'cross-validation (_kfold)',
  _num_cv_round: 'cross-validation (_num_cv_round)',
};

export interface Hyperparameters {
  readonly numRound: number;
  readonly earlyStoppingRounds: number | undefined;
  /** What early stopping watches: the metric that is tuned, else the last requested one. Undefined: nothing, as in the container. */
  readonly earlyStoppingMetric: string | undefined;
  readonly csvWeights: boolean;
  readonly objective: string;
  readonly numClass: number | undefined;
  /** In the order given; empty: the objective's own. */
  readonly evalMetrics: readonly string[];
  /** For XGBoosterSetParam. */
  readonly parameters: Readonly<Record<string, string>>;
}

const rangeText = ({ min, max, minOpen, maxOpen }: Interval) =>
  `${min === undefined ? '(-inf' : `${minOpen ? '(' : '['}${min}`}, ${max === undefined ? '+inf)' : `${max}${maxOpen ? ')' : ']'}`}`;

/** As Python's int() and float() read them, which the container calls. */
const forms = { integer: /^\s*[+-]?\d+\s*$/, number: /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i } as const;

function checkValue(name: string, value: string, rule: Rule): void {
  if (rule.kind === 'text') return;
  if (rule.kind === 'choice') {
    if (rule.values.includes(value)) return;
    throw new ClientError(
      `Hyperparameter ${name}: ${value} is not in [${rule.values.map((v) => `'${v}'`).join(', ')}]`,
    );
  }
  if (!forms[rule.kind].test(value)) {
    throw new ClientError(
      `Hyperparameter ${name}: could not parse value "${value}" as ${rule.kind === 'integer' ? 'an integer' : 'a number'}`,
    );
  }
  const parsed = Number(value);
  const { min = -Infinity, max = Infinity, minOpen = false, maxOpen = false } = rule;
  if (parsed < min || parsed > max || (minOpen && parsed === min) || (maxOpen && parsed === max)) {
    throw new ClientError(`Hyperparameter ${name}: ${value} is not in ${rangeText(rule)}`);
  }
}

function metricsOf(list: string | undefined): string[] {
  const names = (list ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  for (const name of names) {
    const [base = '', threshold] = name.split('@');
    if (threshold !== undefined && !(withThreshold.has(base) && /^\d+(\.\d*)?-?$/.test(threshold))) {
      throw new ClientError(
        `Hyperparameter eval_metric: ${name} is not one of ${[...withThreshold].join(', ')} with a number after the @`,
      );
    }
    if (containerMetrics.has(base)) {
      throw new ClientError(
        `Hyperparameter eval_metric: ${name} is computed by no library function and is not supported by Clary yet`,
      );
    }
    if (!metrics.includes(base)) {
      throw new ClientError(
        `Hyperparameter eval_metric: ${name} is not in [${metrics.map((v) => `'${v}'`).join(', ')}]`,
      );
    }
  }
  return names;
}

/** As the container does (v1.7-1, algorithm_mode/train_utils.py, get_union_metrics): the metric that a tuning job watches is computed, too. */
function watchedMetrics(
  asked: string | undefined,
  tuned: string | undefined,
): Pick<Hyperparameters, 'evalMetrics' | 'earlyStoppingMetric'> {
  const given = metricsOf(asked);
  const objective = metricsOf(tuned?.split(':')[1]);
  const union = [...new Set([...objective, ...given])];
  return {
    evalMetrics: given.length > 0 && objective.length > 0 ? union.sort() : union,
    earlyStoppingMetric: objective.at(-1) ?? given.at(-1),
  };
}

/** Names are the caller's: `constructor` is none of ours. */
const own = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/** Checks the job's hyperparameters. Throws ClientError with the container's text. */
export function readHyperparameters(given: Readonly<Record<string, string>>): Hyperparameters {
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(given)) values.set(own(aliases, name) ?? name, value);
  if (!values.has('num_round')) throw new ClientError('Missing required hyperparameter: num_round');
  for (const [name, value] of values) {
    const rule = own(rules, name);
    if (!rule) throw new ClientError(`Extraneous hyperparameter found: ${name}`);
    const lacking = own(unsupported, name);
    if (lacking !== undefined)
      throw new ClientError(`Hyperparameter ${name}: ${lacking} is not supported by Clary yet`);
    checkValue(name, value, rule);
  }
  const objective =
    values.get('objective') === 'reg:linear' ? 'reg:squarederror' : (values.get('objective') ?? 'reg:squarederror');
  const numClass = values.has('num_class') ? Number(values.get('num_class')) : undefined;
  if (objective.startsWith('multi:') && numClass === undefined) {
    throw new ClientError(`Require input for parameter 'num_class' for multi-classification (objective ${objective})`);
  }
  if (!objective.startsWith('multi:') && numClass !== undefined) {
    throw new ClientError(
      "Do not need to setup parameter 'num_class' for learning task other than multi-classification.",
    );
  }
  if (objective === unsupportedObjective)
    throw new ClientError(`Hyperparameter objective: ${objective} is not supported by Clary yet`);
  const parameters = Object.fromEntries([...values].filter(([name]) => !ownNames.has(name)));
  if (parameters.tree_method === 'gpu_hist') parameters.tree_method = 'hist';
  return {
    numRound: Number(values.get('num_round')),
    earlyStoppingRounds: values.has('early_stopping_rounds') ? Number(values.get('early_stopping_rounds')) : undefined,
    csvWeights: values.get('csv_weights') === '1',
    objective,
    numClass,
    ...watchedMetrics(values.get('eval_metric'), values.get('_tuning_objective_metric')),
    parameters: { ...parameters, objective },
  };
}

/** Whether a greater value of the metric is better. */
export const isGreaterBetter = (metric: string) =>
  /^(auc|aucpr|map|ndcg|interval-regression-accuracy)(@|$)/.test(metric);
