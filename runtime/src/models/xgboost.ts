/** XGBoost's own formats, opened in this process: reading them runs nothing. Those of the past are rewritten before. */
import { ClientError } from '../contract/client-error.ts';
import { gainByFeature } from '../xgboost/gain.ts';
import { loadModelFile } from '../xgboost/model.ts';
import { readModelDocument } from '../xgboost/model-document.ts';
import { convertModel } from './convert.ts';
import type { Importance, ModelTools, OpenModel } from './open-model.ts';

export async function openXgboost(folder: string, tools: ModelTools): Promise<OpenModel> {
  const convert = (file: string) => convertModel(file, tools);
  const { model, bytes } = await loadModelFile(folder, tools.libraryFile, convert).catch((error: Error) => {
    throw new ClientError(error.message);
  });
  return {
    format: 'xgboost',
    features: model.features,
    classes: undefined,
    names: undefined,
    importance: importanceOf(bytes),
    takesMissing: true,
    async predict(rows, count) {
      const values = Float64Array.from(model.predict(Float32Array.from(rows), count));
      return { kind: 'values', width: model.outputs, values };
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

/** The splits of a model that only the library can read are unknown here. */
function importanceOf(bytes: Uint8Array): Importance | undefined {
  try {
    const values = gainByFeature(readModelDocument(bytes));
    return values && { measure: 'gain', values };
  } catch {
    return undefined;
  }
}
