/**
 * Opens a model as serving would and asks it for predictions, before a version of it is registered. Says what it found in
 * <ml>/output/probe.json, or in <ml>/output/failure why the model is no good, in words a person can act on. Never serves.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pythonFloat } from '../serve/encode.ts';
import { type LibraryFile, loadModel } from '../xgboost/model.ts';

export interface ProbeOptions {
  readonly mlDir: string;
  readonly libraryFile?: LibraryFile;
}

/** Resolves to the exit status. */
export async function probe({ mlDir, libraryFile }: ProbeOptions): Promise<number> {
  const output = join(mlDir, 'output');
  await mkdir(output, { recursive: true });
  try {
    const found = await probed(join(mlDir, 'model'), libraryFile);
    await writeFile(join(output, 'probe.json'), JSON.stringify({ ok: true, ...found }));
    process.stdout.write(
      `the model takes ${found.features} features and predicts ${found.prediction} for a row of zeros\n`,
    );
    return 0;
  } catch (error) {
    const reason = `The model artifact did not pass its check: ${(error as Error).message}`;
    await writeFile(join(output, 'failure'), reason);
    process.stderr.write(`${reason}\n`);
    return 1;
  }
}

async function probed(
  modelDir: string,
  libraryFile: LibraryFile | undefined,
): Promise<{ features: number; prediction: string }> {
  const model = await loadModel(modelDir, libraryFile);
  const zeros = model.predict(new Float32Array(model.features), 1);
  const missing = model.predict(new Float32Array(model.features).fill(Number.NaN), 1);
  for (const [row, prediction] of [
    ['zeros', zeros],
    ['missing values', missing],
  ] as const) {
    if (!prediction.every(Number.isFinite)) {
      throw new Error(`it loads, but predicts ${Array.from(prediction, pythonFloat).join(',')} for a row of ${row}`);
    }
  }
  return { features: model.features, prediction: Array.from(zeros, pythonFloat).join(',') };
}
