/**
 * Opens a model as serving does and requests predictions, before a version of it is registered. Writes the result to
 * <ml>/output/probe.json, or, for an unusable model, the reason and the fix to <ml>/output/failure. Never serves.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../contract/make-folder.ts';
import { type ModelTools, type OpenModel, openModel } from '../models/open-model.ts';
import { pythonFloat } from '../serve/encode.ts';

export interface ProbeOptions extends Partial<ModelTools> {
  readonly mlDir: string;
  /** xgboost: what the artifact is served by takes XGBoost's own formats only. any: whatever is known. */
  readonly algorithm?: string;
}

interface Probed {
  readonly format: string;
  /** Null if the model does not declare it: it was loaded but not tried. */
  readonly features: number | null;
  readonly prediction: string | null;
}

/** Resolves to the exit status. */
export async function probe({ mlDir, algorithm = 'xgboost', ...tools }: ProbeOptions): Promise<number> {
  const output = await makeFolder(mlDir, 'output');
  try {
    const found = await probed(join(mlDir, 'model'), algorithm, { env: process.env, say: console.log, ...tools });
    await writeFile(join(output, 'probe.json'), JSON.stringify({ ok: true, ...found }));
    process.stdout.write(`${sentence(found)}\n`);
    return 0;
  } catch (error) {
    const reason = `The model artifact did not pass its check: ${(error as Error).message}`;
    await writeFile(join(output, 'failure'), reason);
    process.stderr.write(`${reason}\n`);
    return 1;
  }
}

const sentence = ({ features, prediction, format }: Probed) =>
  features === null
    ? `the ${format} model was loaded; it does not say how many features it takes, so it was not asked`
    : `the model takes ${features} features and predicts ${prediction} for a row of zeros`;

async function probed(modelDir: string, algorithm: string, tools: ModelTools): Promise<Probed> {
  const model = await openModel(modelDir, tools, algorithm === 'xgboost' ? 'xgboost' : undefined);
  try {
    const { format, features } = model;
    if (features === undefined) return { format, features: null, prediction: null };
    const zeros = await askFor(model, new Float64Array(features), 'zeros');
    if (model.takesMissing) await askFor(model, new Float64Array(features).fill(Number.NaN), 'missing values');
    return { format, features, prediction: Array.from(zeros, write(format)).join(',') };
  } finally {
    await model[Symbol.asyncDispose]();
  }
}

/** XGBoost's numbers are floats, and are printed as its container prints them. */
const write = (format: string) => (format === 'xgboost' ? pythonFloat : String);

async function askFor(model: OpenModel, row: Float64Array, what: string): Promise<Float64Array> {
  const { values } = await model.predict(row, 1, row.length);
  if (values.every(Number.isFinite)) return values;
  const told = Array.from(values, write(model.format)).join(',');
  throw new Error(`it loads, but predicts ${told} for a row of ${what}`);
}
