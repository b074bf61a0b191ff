/** Every metric of an evaluation, computed from its rows' predictions. Names are those of Model Monitor's model quality where it has one. Pure. */

import { deviations } from './deviations.ts';
import {
  accuracy,
  averaged,
  averages,
  type ClassScores,
  classScores,
  confusionMatrix,
  type Matrix,
} from './metrics/confusion.ts';
import {
  areaUnderRoc,
  averagePrecision,
  type Curve,
  logLoss,
  precisionRecallCurve,
  rocCurve,
  steps,
} from './metrics/ranking.ts';
import { regressionMetrics } from './metrics/regression.ts';
import type { Outcome } from './outcome.ts';
import type { Settings } from './settings.ts';

export interface NamedCurve {
  /** The class that is distinguished from the rest; the positive one of a binary problem. */
  readonly name: string;
  readonly area: number;
  readonly roc: Curve;
  readonly averagePrecision: number;
  readonly precisionRecall: Curve;
}

export interface Measured {
  readonly metrics: Readonly<Record<string, number>>;
  /** By the name of a metric; left out where there are too few rows or too many. */
  readonly deviations: Readonly<Record<string, number>>;
  readonly matrix: Matrix | undefined;
  readonly byClass: readonly ClassScores[] | undefined;
  readonly curves: readonly NamedCurve[];
}

type Metrics = Record<string, number>;

export function measure(settings: Settings, outcome: Outcome): Measured {
  const ask = metricsOf(settings);
  const isClasses = settings.problem !== 'regression';
  const matrix = isClasses ? matrixOf(outcome) : undefined;
  return {
    metrics: ask(outcome),
    deviations: deviations(outcome, ask),
    matrix,
    byClass: matrix && classScores(matrix),
    curves: isClasses ? curvesOf(settings, outcome) : [],
  };
}

export function metricsOf(settings: Settings): (outcome: Outcome) => Metrics {
  if (settings.problem === 'regression') return ofNumbers;
  return settings.problem === 'binary' ? ofTwo : ofMany(settings);
}

const ofNumbers = ({ labels, predictions }: Outcome): Metrics => regressionMetrics(labels, predictions);

const matrixOf = ({ labels, predictions, classes }: Outcome) => confusionMatrix(labels, predictions, classes.length);

function ofTwo(outcome: Outcome): Metrics {
  const { labels, scores } = outcome;
  const matrix = matrixOf(outcome);
  const [negative, positive] = classScores(matrix);
  const { precision = 0, recall = 0, f1 = 0, f0_5 = 0, f2 = 0 } = positive ?? {};
  const rate = (row: number, column: number) =>
    (matrix[row]?.[column] ?? 0) / ((row ? positive : negative)?.support ?? 0);
  const ranked = scores && steps(labels, scores);
  return {
    accuracy: accuracy(matrix),
    precision,
    recall,
    f1,
    f0_5,
    f2,
    ...(ranked && { auc: areaUnderRoc(ranked), average_precision: averagePrecision(ranked) }),
    ...(scores && outcome.areProbabilities && { log_loss: logLoss(labels, bothColumns(scores), 2) }),
    true_positive_rate: rate(1, 1),
    true_negative_rate: rate(0, 0),
    false_positive_rate: rate(0, 1),
    false_negative_rate: rate(1, 0),
  };
}

function bothColumns(scores: Float64Array): Float64Array {
  const both = new Float64Array(scores.length * 2);
  scores.forEach((score, row) => {
    both[row * 2] = 1 - score;
    both[row * 2 + 1] = score;
  });
  return both;
}

const ofMany =
  ({ average }: Settings) =>
  (outcome: Outcome): Metrics => {
    const { labels, scores, scoreWidth } = outcome;
    const matrix = matrixOf(outcome);
    const byClass = classScores(matrix);
    const { precision, recall, f1 } = averaged(byClass, matrix, average);
    const metrics: Metrics = { accuracy: accuracy(matrix), precision, recall, f1 };
    if (scores) {
      metrics.auc = meanArea(outcome);
      if (outcome.areProbabilities) metrics.log_loss = logLoss(labels, scores, scoreWidth);
    }
    for (const kind of averages) {
      for (const [name, value] of Object.entries(averaged(byClass, matrix, kind))) metrics[`${kind}_${name}`] = value;
    }
    return metrics;
  };

function isClass(labels: Float64Array, c: number): Uint8Array {
  const is = new Uint8Array(labels.length);
  for (let row = 0; row < labels.length; row++) if (labels[row] === c) is[row] = 1;
  return is;
}

function columnOf({ scores, scoreWidth, labels }: Outcome, column: number): Float64Array {
  const values = new Float64Array(labels.length);
  for (let row = 0; row < values.length; row++) values[row] = scores?.[row * scoreWidth + column] ?? 0;
  return values;
}

/** One class against the rest, the mean over the classes that occur (scikit-learn refuses where one does not). */
function meanArea(outcome: Outcome): number {
  const areas = outcome.classes
    .map((_, c) => areaUnderRoc(steps(isClass(outcome.labels, c), columnOf(outcome, c))))
    .filter((area) => !Number.isNaN(area));
  return areas.reduce((sum, area) => sum + area, 0) / areas.length;
}

function curvesOf({ problem }: Settings, outcome: Outcome): NamedCurve[] {
  if (!outcome.scores) return [];
  return outcome.classes.flatMap((name, c) => {
    if (problem === 'binary' && c === 0) return [];
    const isPositive = isClass(outcome.labels, c);
    const ranked = steps(isPositive, problem === 'binary' ? (outcome.scores as Float64Array) : columnOf(outcome, c));
    if (ranked.positives === 0 || ranked.negatives === 0) return [];
    return [
      {
        name,
        area: areaUnderRoc(ranked),
        roc: rocCurve(ranked),
        averagePrecision: averagePrecision(ranked),
        precisionRecall: precisionRecallCurve(ranked),
      },
    ];
  });
}
