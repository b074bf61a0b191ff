/**
 * From a model folder, as a training job leaves it, to something that predicts. Serving, probing and evaluating all load models here.
 * Never unpickles (`convert` does that in a sandbox) and never loads the C library for a model that the evaluator understands.
 */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createEvaluator } from './evaluator.ts';
import { isDocument, readModelDocument, UnknownModelFormat } from './model-document.ts';

export interface Model {
  readonly name: string;
  readonly features: number;
  /** Numbers in a prediction. */
  readonly outputs: number;
  /** Row-major, NaN is missing. Fills and returns `into`, or a new array. */
  predict(rows: Float32Array, count: number, into?: Float32Array): Float32Array;
}

/** The path of XGBoost's C library; resolved only when a model needs it, because it may have to be downloaded. */
export type LibraryFile = () => Promise<string>;

const usualName = 'xgboost-model';

/** Rewrites a model that is neither JSON nor UBJSON: models/convert.ts. */
export type Convert = (file: string) => Promise<Uint8Array>;

export async function loadModel(dir: string, libraryFile?: LibraryFile, convert?: Convert): Promise<Model> {
  return (await loadModelFile(dir, libraryFile, convert)).model;
}

/** The model, and its file as it was read. */
export async function loadModelFile(
  dir: string,
  libraryFile?: LibraryFile,
  convert?: Convert,
): Promise<{ readonly model: Model; readonly bytes: Uint8Array }> {
  const file = await findModelFile(dir);
  try {
    const found = await readFile(file);
    const bytes = convert && found.length > 0 && !isDocument(found) ? await convert(file) : found;
    return { model: await readModel(bytes, libraryFile), bytes };
  } catch (error) {
    throw new Error(`${basename(file)} cannot be loaded: ${(error as Error).message}`, { cause: error });
  }
}

export async function readModel(bytes: Uint8Array, libraryFile?: LibraryFile): Promise<Model> {
  try {
    const { features, outputs, predict } = createEvaluator(readModelDocument(bytes));
    return { name: 'xgboost', features, outputs, predict };
  } catch (error) {
    if (!(error instanceof UnknownModelFormat)) throw error;
    if (!libraryFile) throw new Error(`${error.message}: that takes XGBoost's C library`);
    const { openLibraryModel } = await import('./library-model.ts');
    return openLibraryModel(await libraryFile(), bytes);
  }
}

/**
 * The container loads every file of the folder that is no dotfile (aws/sagemaker-xgboost-container, v1.7-1, serve_utils.py,
 * _get_full_model_paths); here it is `xgboost-model`, or the only file.
 */
export async function findModelFile(dir: string): Promise<string> {
  const entries = await readdir(dir, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.')).map((entry) => entry.name);
  if (files.includes(usualName)) return join(dir, usualName);
  const [only, ...others] = files;
  if (only === undefined)
    throw new Error(`the model archive holds no file; expected ${usualName} at its top level${folderHint(entries)}`);
  if (others.length > 0)
    throw new Error(
      `the model archive holds ${files.length} files (${files.sort().slice(0, 5).join(', ')}) and none is called ${usualName}`,
    );
  return join(dir, only);
}

function folderHint(entries: readonly { name: string; isDirectory(): boolean }[]): string {
  const folder = entries.find((entry) => entry.isDirectory());
  return folder ? ` (it holds the folder ${folder.name})` : '';
}
