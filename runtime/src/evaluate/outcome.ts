/**
 * From a model's answers to what is measured: a number a row, or a class and the scores it was chosen by. What cannot be what the problem says is
 * refused here, by the row it happens in.
 */
import { ClientError } from '../contract/client-error.ts';
import type { OpenModel, Prediction } from '../models/open-model.ts';
import { toNumber } from './data/rows.ts';
import { growing } from './growing.ts';
import { finite, type Reading, readingOf } from './reading.ts';
import type { Settings } from './settings.ts';

/** What is kept of all rows. */
export interface Outcome {
  readonly labels: Float64Array;
  /** Numbers (regression) or positions of classes. */
  readonly predictions: Float64Array;
  /** Row-major, `scoreWidth` a row: a probability of each class (binary: of the positive one). Undefined where the model answers classes alone. */
  readonly scores: Float64Array | undefined;
  readonly scoreWidth: number;
  readonly areProbabilities: boolean;
  readonly classes: readonly string[];
}

export interface Gathering {
  add(labels: readonly string[], prediction: Prediction): void;
  end(): Outcome;
}

/** Classes are numbered from 0; a label far above is probably another column. */
const mostClasses = 1000;

export function gather(settings: Settings, model: OpenModel): Gathering {
  return settings.problem === 'regression' ? gatherNumbers() : gatherClasses(settings, model);
}

function gatherNumbers(): Gathering {
  const budget = { kept: 0 };
  const labels = growing(budget);
  const predictions = growing(budget);
  let row = 0;
  return {
    add(given, { kind, width, values }) {
      if (width !== 1 || kind !== 'values')
        throw new ClientError(
          `The model predicts ${kind === 'values' ? `${width} values` : kind} a row: that is not a regression (EVALUATE_PROBLEM_TYPE)`,
        );
      checkRows(given, values.length);
      given.forEach((text, i) => {
        row += 1;
        const label = toNumber(text);
        if (label === undefined) throw new ClientError(`Test row ${row}: the label "${text}" is not a number`);
        if (Number.isNaN(label)) throw new ClientError(`Test row ${row}: the label is missing`);
        labels.push(label);
        predictions.push(finite(values[i] as number, row));
      });
    },
    end: () => ({
      labels: labels.values(),
      predictions: predictions.values(),
      scores: undefined,
      scoreWidth: 0,
      areProbabilities: false,
      classes: [],
    }),
  };
}

function checkRows(labels: readonly string[], answers: number): void {
  if (labels.length !== answers) throw new ClientError(`The model predicts ${answers} rows for ${labels.length}`);
}

function gatherClasses(settings: Settings, model: OpenModel): Gathering {
  const budget = { kept: 0 };
  const labels = growing(budget);
  const predictions = growing(budget);
  const scores = growing(budget);
  const names = settings.classes ?? model.classes;
  if (names && settings.problem === 'binary' && names.length !== 2)
    throw new ClientError(`The classes are ${names.join(', ')}: that is not a binary problem (EVALUATE_PROBLEM_TYPE)`);
  let reading: Reading | undefined;
  let seen = 0;
  let row = 0;
  return {
    add(given, prediction) {
      reading ??= readingOf(settings, prediction, names);
      checkRows(given, prediction.values.length / prediction.width);
      given.forEach((text, i) => {
        row += 1;
        const label = labelOf(text, row, names, reading?.classes, settings.problem);
        const predicted = reading?.read(prediction.values, i, row, scores) as number;
        if (!(predicted >= 0 && predicted < (names?.length ?? mostClasses)))
          throw new ClientError(
            `The model predicts ${predicted} for test row ${row}, which is not a class: is the problem regression?`,
          );
        seen = Math.max(seen, label + 1, predicted + 1);
        labels.push(label);
        predictions.push(predicted);
      });
    },
    end() {
      const count = names?.length ?? reading?.classes ?? Math.max(2, seen);
      return {
        labels: labels.values(),
        predictions: predictions.values(),
        scores: reading?.scoreWidth ? scores.values() : undefined,
        scoreWidth: reading?.scoreWidth ?? 0,
        areProbabilities: reading?.areProbabilities ?? false,
        classes: names ?? Array.from({ length: count }, (_, i) => String(i)),
      };
    },
  };
}

function labelOf(
  text: string,
  row: number,
  names: readonly string[] | undefined,
  classes: number | undefined,
  problem: string,
): number {
  const label = toNumber(text);
  if (text === '' || Number.isNaN(label)) throw new ClientError(`Test row ${row}: the label is missing`);
  if (names) return namedLabel(text, label, row, names);
  if (label === undefined)
    throw new ClientError(
      `Test row ${row}: the label "${text}" is a text: name the classes in the model's order with EVALUATE_CLASSES`,
    );
  if (!Number.isInteger(label) || label < 0 || label >= mostClasses)
    throw new ClientError(`Test row ${row}: the label ${text} is not a class: classes are whole numbers from 0`);
  if (problem === 'binary' && label > 1)
    throw new ClientError(`Test row ${row}: the label ${text} is neither 0 nor 1: is the problem multiclass?`);
  if (classes !== undefined && label >= classes)
    throw new ClientError(
      `Test row ${row}: the label ${text} is outside of the model's ${classes} classes, which are numbered from 0`,
    );
  return label;
}

/** By its name; or by its position, where the names are no numbers that it could be confused with. */
function namedLabel(text: string, label: number | undefined, row: number, names: readonly string[]): number {
  for (const name of [text, String(label)]) if (names.includes(name)) return names.indexOf(name);
  const isPosition = label !== undefined && Number.isInteger(label) && label >= 0 && label < names.length;
  if (isPosition && names.every((name) => toNumber(name) === undefined)) return label;
  throw new ClientError(`Test row ${row}: the label ${text} is none of the classes ${names.slice(0, 20).join(', ')}`);
}
