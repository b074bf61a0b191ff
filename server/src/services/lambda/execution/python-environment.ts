/**
 * The Python of functions, with awslambdaric and boto3, pinned by runtime/environments/lambda-python.txt. The runtime makes it once, in a run of its own,
 * and keeps it in the cache folder: no function waits for a package index after that.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AwsError } from '../../../contract/aws-error.ts';
import { lastBytes } from '../../../engine/file-tail.ts';
import { randomHex } from '../../../kit/ids.ts';
import type { LambdaResources } from '../deps.ts';

/** As runtime/src/environments/environment.ts writes it. */
export interface PythonEnvironment {
  /** 3.11.2 */
  readonly version: string;
  readonly overlay: string;
  readonly places: readonly string[];
  readonly path: readonly string[];
}

export const environmentName = 'lambda-python';

/** Begins at the first call; a failure is tried again at the next. */
export function pythonEnvironment(resources: LambdaResources): () => Promise<PythonEnvironment> {
  let made: Promise<PythonEnvironment> | undefined;
  return () => {
    made ??= make(resources).catch((error) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

async function make({ runtime, executor, log }: LambdaResources): Promise<PythonEnvironment> {
  const { nodePath, runtimeMain, runtimeEnvironment, runsDir } = runtime;
  const dir = join(runsDir, 'functions', `python-${randomHex(8)}`);
  const result = join(dir, 'environment.json');
  await mkdir(dir, { recursive: true, mode: 0o700 });
  try {
    await executor.start({
      kind: 'process',
      dir,
      command: [nodePath, runtimeMain, 'environments', 'make', environmentName, '--result', result],
      env: runtimeEnvironment,
      cwd: '/',
    });
    await new Promise<void>((ended) => executor.onExit(dir, ended));
    const text = await readFile(result, 'utf8').catch(() => undefined);
    if (text !== undefined) return JSON.parse(text) as PythonEnvironment;
    const printed = (await lastBytes(executor.logFile(dir), 2000)).trim();
    log.error('functions: the Python environment could not be made', { printed });
    throw new AwsError(
      'ServiceException',
      `Python functions cannot run: the environment ${environmentName} (awslambdaric, boto3) could not be made. Connect this machine to a Python package index, or set pip's PIP_INDEX_URL or PIP_FIND_LINKS, and try again: clary environments make ${environmentName}`,
      { status: 500 },
    );
  } finally {
    await executor.remove(dir);
  }
}
