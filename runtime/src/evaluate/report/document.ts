/**
 * evaluation.json: the shape of Model Monitor's model quality statistics, which ModelMetrics refers to and pipeline conditions read, with the
 * decision beside it: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html
 */
import type { Measured, NamedCurve } from '../measure.ts';
import { thinned } from '../plots/curves.ts';
import { ranked } from '../plots/importance.ts';
import type { Evaluation } from './evaluation.ts';

const groupName = {
  regression: 'regression_metrics',
  binary: 'binary_classification_metrics',
  multiclass: 'multiclass_classification_metrics',
} as const;

/** A condition of a pipeline reads the whole document. */
const mostPoints = 1000;

/** JSON has no word for what is no number; SageMaker writes it as a text. */
const plain = (value: number | undefined) =>
  value !== undefined && Number.isFinite(value) ? value : String(value ?? Number.NaN);

export function evaluationDocument(evaluation: Evaluation): object {
  const { settings, outcome, measured, importance, model, rows, decision } = evaluation;
  const { classes } = outcome;
  const { matrix, curves } = measured;
  const group = {
    ...(matrix && {
      confusion_matrix: named(classes, (row) => named(classes, (column) => matrix[row]?.[column] ?? 0)),
    }),
    ...values(measured),
    ...(settings.problem === 'binary' && curves[0] && points(curves[0])),
    ...(settings.problem === 'multiclass' &&
      curves.length > 0 && {
        one_vs_rest: Object.fromEntries(
          curves.map((curve) => [
            curve.name,
            {
              auc: { value: curve.area, standard_deviation: 'NaN' },
              average_precision: { value: curve.averagePrecision, standard_deviation: 'NaN' },
              ...points(curve),
            },
          ]),
        ),
      }),
  };
  return {
    dataset: { item_count: outcome.labels.length },
    [groupName[settings.problem]]: group,
    ...(importance && {
      feature_importance: {
        measure: importance.measure,
        values: Object.fromEntries(
          ranked(importance, model.names).map(({ feature, value }) => [feature, plain(value)]),
        ),
      },
    }),
    rows: rows.map((row) => ({ ...row, value: plain(row.value) })),
    decision,
  };
}

const named = <T>(names: readonly string[], of: (position: number) => T) =>
  Object.fromEntries(names.map((name, position) => [name, of(position)]));

const values = ({ metrics, deviations }: Measured) =>
  Object.fromEntries(
    Object.entries(metrics).map(([name, value]) => [
      name,
      { value: plain(value), standard_deviation: plain(deviations[name]) },
    ]),
  );

function points({ roc, precisionRecall }: NamedCurve) {
  const pick = (list: Float64Array, at: readonly number[]) => at.map((i) => list[i] as number);
  const ofRoc = thinned(roc, mostPoints);
  const ofPrecision = thinned(precisionRecall, mostPoints);
  return {
    receiver_operating_characteristic_curve: {
      false_positive_rates: pick(roc.x, ofRoc),
      true_positive_rates: pick(roc.y, ofRoc),
    },
    precision_recall_curve: {
      precisions: pick(precisionRecall.y, ofPrecision),
      recalls: pick(precisionRecall.x, ofPrecision),
    },
  };
}
