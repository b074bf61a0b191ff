/** Which format a model has, from the names in its artifact and the first bytes of its file. Pure: opens nothing. */

export type Format = 'xgboost' | 'onnx' | 'joblib' | 'torch' | 'tensorflow' | 'inference code';

export interface Found {
  readonly format: Format;
  /** Below the artifact's folder; of a SavedModel its folder ('.' is the artifact itself). */
  readonly file: string;
}

const known =
  'xgboost-model (XGBoost’s JSON, UBJSON or binary format, or a pickle), *.onnx, *.joblib or *.pkl (scikit-learn), model.pt or model.pth (TorchScript), ' +
  'saved_model.pb (TensorFlow), code/inference.py with model_fn';

const endings: readonly [RegExp, Format][] = [
  [/\.onnx$/i, 'onnx'],
  [/\.(joblib|pkl|pickle)$/i, 'joblib'],
  [/\.(pt|pth)$/i, 'torch'],
];
const inference = /^(code\/)?inference\.py$/;
const xgboostEnding = /\.(json|ubj|model|bst|xgb)$/i;

/** XGBoost's JSON and UBJSON begin with it. */
const openBrace = 0x7b;

/** Pickle protocols 2 to 5. */
const isPickle = (head: Uint8Array) => head[0] === 0x80 && (head[1] ?? 0) >= 2 && (head[1] ?? 9) <= 5;

/** Returns the format, or the reason why none was found. */
export async function recognize(
  files: readonly string[],
  headOf: (file: string) => Promise<Uint8Array>,
): Promise<Found | string> {
  const visible = files.filter((file) => !file.split('/').some((part) => part.startsWith('.')));
  if (visible.length === 0) return `the model archive holds no file; known are: ${known}`;
  if (visible.includes('xgboost-model')) return { format: 'xgboost', file: 'xgboost-model' };
  const code = visible.find((file) => inference.test(file));
  if (code !== undefined) return { format: 'inference code', file: code };
  const saved = visible.find((file) => /^(?:[^/]+\/)*saved_model\.pb$/.test(file));
  if (saved !== undefined) return { format: 'tensorflow', file: saved.split('/').slice(0, -1).join('/') || '.' };
  for (const [ending, format] of endings) {
    const matches = visible.filter((file) => ending.test(file));
    const file = matches.find((name) => /^model\.[^/]+$/.test(name)) ?? (matches.length === 1 ? matches[0] : undefined);
    if (file !== undefined) return { format, file };
    if (matches.length > 1)
      return `the model archive holds ${matches.length} models (${some(matches)}): name the one that is meant model.${matches[0]?.split('.').at(-1)}`;
  }
  const top = visible.filter((file) => !file.includes('/'));
  const [only] = top;
  // The only file of an archive is the model, whatever it is called: AWS's XGBoost container takes it so.
  if (only !== undefined && top.length === 1 && (visible.length === 1 || xgboostEnding.test(only))) {
    const head = await headOf(only);
    if (isPickle(head)) return { format: 'joblib', file: only };
    if (head[0] === openBrace || xgboostEnding.test(only)) return { format: 'xgboost', file: only };
  }
  return `the model archive holds no model that is known here: found ${some(visible)}; known are: ${known}`;
}

const some = (files: readonly string[]) =>
  files.slice(0, 8).join(', ') + (files.length > 8 ? ` and ${files.length - 8} more` : '');
