/** XGBoost's own formats, opened in this process: reading them runs nothing. */
import { readFile } from 'node:fs/promises';
import { ClientError } from '../contract/client-error.ts';
import { gainByFeature } from '../xgboost/gain.ts';
import { findModelFile, type LibraryFile, loadModel } from '../xgboost/model.ts';
import { readModelDocument } from '../xgboost/model-document.ts';
import type { Importance, OpenModel } from './open-model.ts';

export async function openXgboost(folder: string, libraryFile: LibraryFile | undefined): Promise<OpenModel> {
  const model = await loadModel(folder, libraryFile).catch((error: Error) => {
    throw new ClientError(error.message);
  });
  return {
    format: 'xgboost',
    features: model.features,
    classes: undefined,
    names: undefined,
    importance: await importanceOf(folder),
    takesMissing: true,
    async predict(rows, count) {
      const values = Float64Array.from(model.predict(Float32Array.from(rows), count));
      return { kind: 'values', width: model.outputs, values };
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

/** A model that the library alone understands says nothing of its splits here. */
async function importanceOf(folder: string): Promise<Importance | undefined> {
  const bytes = await readFile(await findModelFile(folder));
  try {
    const values = gainByFeature(readModelDocument(bytes));
    return values && { measure: 'gain', values };
  } catch {
    return undefined;
  }
}
