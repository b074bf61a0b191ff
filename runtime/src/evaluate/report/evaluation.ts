/** What an evaluation found, as the files of its result tell it. */
import type { Importance } from '../../models/open-model.ts';
import type { Row } from '../gate.ts';
import type { Measured } from '../measure.ts';
import type { Outcome } from '../outcome.ts';
import { precisionRecallPlot, rocPlot } from '../plots/curves.ts';
import { importancePlot, ranked } from '../plots/importance.ts';
import { confusionPlot } from '../plots/matrix.ts';
import { predictedPlot, residualPlot } from '../plots/scatter.ts';
import type { Plot } from '../plots/svg.ts';
import type { Settings } from '../settings.ts';

export interface Evaluation {
  readonly settings: Settings;
  readonly model: { readonly format: string; readonly features: number; readonly names: readonly string[] | undefined };
  readonly outcome: Outcome;
  readonly measured: Measured;
  readonly importance: Importance | undefined;
  readonly rows: readonly Row[];
  readonly decision: 'passed' | 'failed';
}

export function plotsOf({ settings, model, outcome, measured, importance }: Evaluation): Plot[] {
  const { labels, predictions, classes } = outcome;
  const { metrics, matrix, curves } = measured;
  const plots: Plot[] = [];
  if (settings.problem === 'regression') {
    plots.push(
      predictedPlot(labels, predictions, metrics.r2 ?? 0),
      residualPlot(labels, predictions, metrics.rmse ?? 0),
    );
  }
  if (matrix) plots.push(confusionPlot(matrix, classes));
  if (curves.length > 0) plots.push(rocPlot(curves), precisionRecallPlot(curves));
  if (importance) plots.push(importancePlot(ranked(importance, model.names), importance.measure));
  return plots;
}

/** Facts about what was measured, for the head of a report. */
export function facts({ settings, model, outcome }: Evaluation): string {
  const rows = outcome.labels.length.toLocaleString('en-US');
  const what =
    settings.problem === 'regression' ? 'regression' : `${settings.problem}, ${outcome.classes.length} classes`;
  return `${what} · ${model.format} model of ${model.features} ${model.features === 1 ? 'feature' : 'features'} · ${rows} test ${rows === '1' ? 'row' : 'rows'}`;
}
