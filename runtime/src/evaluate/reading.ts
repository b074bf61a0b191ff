/** How the numbers that a model answers for a row are read as a class and its scores, for the given problem type. Pure except for its output arrays. */
import { ClientError } from '../contract/client-error.ts';
import type { Prediction } from '../models/open-model.ts';
import type { Growing } from './growing.ts';
import type { Settings } from './settings.ts';

export function finite(value: number, row: number): number {
  if (Number.isFinite(value)) return value;
  throw new ClientError(`The model predicts ${value} for test row ${row}, which is not a number`);
}

export interface Reading {
  readonly scoreWidth: number;
  readonly areProbabilities: boolean;
  /** How many there are; undefined where the model does not say. */
  readonly classes: number | undefined;
  /** Answers the class of the batch's i-th row, and keeps its scores. */
  read(values: Float64Array, i: number, row: number, scores: Growing): number;
}

export function readingOf(
  settings: Settings,
  { kind, width }: Prediction,
  names: readonly string[] | undefined,
): Reading {
  const { problem } = settings;
  const fits = names === undefined || width === 1 || width === names.length;
  if (!fits || (problem === 'binary' && width > 2))
    throw new ClientError(
      `The model predicts ${width} values a row: that is not a ${names && !fits ? `choice of ${names.length} classes` : `${problem} problem (EVALUATE_PROBLEM_TYPE)`}`,
    );
  if (kind === 'labels' || (problem === 'multiclass' && width === 1))
    return readLabels(problem === 'binary' ? 2 : undefined);
  const areProbabilities = kind !== 'scores';
  const take = probabilityReader(settings, kind, width);
  if (width === 1) {
    return {
      scoreWidth: 1,
      areProbabilities,
      classes: 2,
      read(values, i, row, scores) {
        const score = take(values, i, row)[0] as number;
        scores.push(score);
        return Number(areProbabilities ? score >= 0.5 : score > 0);
      },
    };
  }
  return {
    scoreWidth: problem === 'binary' ? 1 : width,
    areProbabilities,
    classes: width,
    read(values, i, row, scores) {
      const given = take(values, i, row);
      let best = 0;
      for (let c = 1; c < width; c++) if ((given[c] as number) > (given[best] as number)) best = c;
      if (problem === 'binary') scores.push(given[1] as number);
      else for (const score of given) scores.push(score);
      return best;
    },
  };
}

const readLabels = (classes: number | undefined): Reading => ({
  scoreWidth: 0,
  areProbabilities: false,
  classes,
  read: (values, i, row) => Math.round(finite(values[i] as number, row)),
});

/** The numbers of a row as probabilities, where they are to be. */
function probabilityReader({ output }: Settings, kind: Prediction['kind'], width: number) {
  const given = new Float64Array(width);
  return (values: Float64Array, i: number, row: number): Float64Array => {
    for (let c = 0; c < width; c++) given[c] = finite(values[i * width + c] as number, row);
    if (kind === 'scores') return given;
    if (output === 'logits' && kind === 'values') toProbabilities(given);
    const wrong = given.find((value) => value < 0 || value > 1);
    if (wrong !== undefined)
      throw new ClientError(
        `The model predicts ${wrong} for test row ${row}, which is not a probability: set EVALUATE_OUTPUT=logits where it answers logits`,
      );
    return given;
  };
}

function toProbabilities(given: Float64Array): void {
  if (given.length === 1) {
    given[0] = 1 / (1 + Math.exp(-(given[0] as number)));
    return;
  }
  const largest = Math.max(...given);
  let sum = 0;
  for (let c = 0; c < given.length; c++) sum += given[c] = Math.exp((given[c] as number) - largest);
  for (let c = 0; c < given.length; c++) given[c] = (given[c] as number) / sum;
}
