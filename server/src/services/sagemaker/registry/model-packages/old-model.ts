/**
 * Models of an old XGBoost (pickles, the binary format) are rewritten in a Python environment. The check of a model is sandboxed without a network and
 * cannot create the environment, so it is created before.
 */
import { execFile } from 'node:child_process';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SageMakerSettings } from '../../shared/deps.ts';

const openBrace = 0x7b;

/** Whether the folder's xgboost-model, or its only file, is neither XGBoost's JSON nor its UBJSON. */
async function isOldModel(folder: string): Promise<boolean> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.'));
  const name = names.includes('xgboost-model') ? 'xgboost-model' : names.length === 1 ? names[0] : undefined;
  if (name === undefined) return false;
  const file = await open(join(folder, name));
  try {
    if (!(await file.stat()).isFile()) return false;
    const { bytesRead, buffer } = await file.read(Buffer.alloc(1), 0, 1, 0);
    return bytesRead === 1 && buffer[0] !== openBrace;
  } finally {
    await file.close();
  }
}

/** Creates the environment if the model needs it. Without it, the check reports what is missing. */
export async function prepareOldModel(settings: SageMakerSettings, folder: string): Promise<void> {
  if (!(await isOldModel(folder))) return;
  const { nodePath, runtimeMain, runtimeEnvironment: env } = settings;
  await promisify(execFile)(nodePath, [runtimeMain, 'prepare-model'], { env, cwd: '/' }).catch(() => undefined);
}
