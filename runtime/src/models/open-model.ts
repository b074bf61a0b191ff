/**
 * Opens a model of any supported format: the validation gate evaluates it, the check before a registration tries it. The files in the artifact say
 * which format it is. A format that can run code is only ever opened by a sandboxed Python process, never by this one.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClientError } from '../contract/client-error.ts';
import type { LibraryFile } from '../xgboost/model.ts';
import { type Found, recognize } from './formats.ts';

/**
 * What a model answers for rows: `labels` are its classes' positions (or the classes themselves, where it names none), `scores` are larger for
 * what is likelier but are no probabilities, `values` are what the problem makes of them.
 */
export interface Prediction {
  readonly kind: 'values' | 'probabilities' | 'labels' | 'scores';
  /** Numbers a row. */
  readonly width: number;
  /** Row-major. */
  readonly values: Float64Array;
}

export interface Importance {
  /** By what a feature's worth was measured. */
  readonly measure: string;
  readonly values: ArrayLike<number>;
}

export interface OpenModel extends AsyncDisposable {
  readonly format: string;
  /** Undefined where the model does not say. */
  readonly features: number | undefined;
  /** In the order of its probabilities. */
  readonly classes: readonly string[] | undefined;
  /** Of its features, where they have any. */
  readonly names: readonly string[] | undefined;
  readonly importance: Importance | undefined;
  /** Whether it accepts rows with missing values. */
  readonly takesMissing: boolean;
  /** Row-major; NaN is missing. */
  predict(rows: Float64Array, count: number, columns: number): Promise<Prediction>;
}

export interface ModelTools {
  readonly libraryFile?: LibraryFile;
  /** CLARY_PYTHON names the Python of models that only Python opens. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly say: (line: string) => void;
}

const mostFiles = 10_000;

/** Throws ClientError for what is none of the known formats or cannot be loaded. `only`: nothing else is looked for. */
export async function openModel(folder: string, tools: ModelTools, only?: 'xgboost'): Promise<OpenModel> {
  const xgboost = async () => (await import('./xgboost.ts')).openXgboost(folder, tools);
  if (only) return xgboost();
  const found = await findModel(folder);
  switch (found.format) {
    case 'xgboost':
      return xgboost();
    case 'onnx':
      return (await import('./onnx.ts')).openOnnx(join(folder, found.file));
    default:
      return (await import('./python.ts')).openInPython(folder, found, tools);
  }
}

async function findModel(folder: string): Promise<Found> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries
    .filter((entry) => entry.isFile())
    .slice(0, mostFiles)
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
  const head = async (file: string) => (await readFile(join(folder, file))).subarray(0, 8);
  const found = await recognize(files, head);
  if (typeof found === 'string') throw new ClientError(found);
  return found;
}
