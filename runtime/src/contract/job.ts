/**
 * The files of a training container: https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo.html
 * `mlDir` is the folder for /opt/ml.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClientError } from './client-error.ts';
import { makeFolder } from './make-folder.ts';

export interface ChannelConfig {
  readonly ContentType?: string;
  readonly TrainingInputMode?: string;
  readonly RecordWrapperType?: string;
}

export interface JobInput {
  readonly hyperparameters: Readonly<Record<string, string>>;
  readonly channels: Readonly<Record<string, ChannelConfig>>;
}

export const channelFolder = (mlDir: string, channel: string) => join(mlDir, 'input', 'data', channel);
export const modelFolder = (mlDir: string) => join(mlDir, 'model');

async function readJson<T>(file: string): Promise<T> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(
      error.code === 'ENOENT'
        ? `${file} is missing: whoever starts a training container puts the job's settings there`
        : `${file} cannot be read: ${error.message}`,
    );
  });
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new Error(`${file} is not JSON: ${(error as Error).message}`);
  }
}

export async function readJobInput(mlDir: string): Promise<JobInput> {
  const config = join(mlDir, 'input', 'config');
  return {
    hyperparameters: await readJson(join(config, 'hyperparameters.json')),
    channels: await readJson(join(config, 'inputdataconfig.json')),
  };
}

/** What is no number (an AUC of one class alone) is left out: JSON has no word for it. */
export async function writeMetrics(mlDir: string, metrics: Readonly<Record<string, number>>): Promise<void> {
  const finite = Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)));
  await makeFolder(mlDir, 'output');
  await writeFile(join(mlDir, 'output', 'metrics.json'), `${JSON.stringify(finite)}\n`);
}

/** Runs a job's work; what it throws becomes the failure file, a line of the log and exit status 1. */
export async function asJob(mlDir: string, work: () => Promise<void>): Promise<number> {
  try {
    await work();
    return 0;
  } catch (error) {
    const kind = error instanceof ClientError ? 'ClientError' : 'AlgorithmError';
    const text = `${kind}: ${error instanceof Error ? error.message : String(error)}`;
    await makeFolder(mlDir, 'output');
    await writeFile(join(mlDir, 'output', 'failure'), text);
    console.error(kind === 'ClientError' ? text : (error as Error).stack);
    return 1;
  }
}
