/**
 * The unmodified SageMaker Python SDK, 2.x and 3.x, trains scripts over the platform's TLS port. Both give STS an address of AWS's own; botocore takes
 * that from ~/.aws/models/endpoints.json where there is one.
 */
import assert from 'node:assert/strict';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { TestPlatform } from '../harness/platform.ts';
import { jobLog, scikitLearnImage } from '../harness/scripts.ts';
import { bucket, openWorkbench } from '../harness/workbench.ts';
import { type Client, startClient } from './client.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const tls = ({ endpoint, dataDir }: TestPlatform, folder: string) => ({
  AWS_ENDPOINT_URL: endpoint.replace('http://127.0.0.1', 'https://localhost'),
  AWS_CA_BUNDLE: join(dataDir, 'tls', 'ca.pem'),
  SAGEMAKER_USER_CONFIG_OVERRIDE: join(folder, 'sagemaker.yaml'),
});

/** A home whose STS is the platform, a folder of scripts and data, a role that may do everything: the SDK asks about twenty actions before it trains. */
async function atHome(client: Client) {
  const { platform, folder, run } = client;
  const endpoints = (
    await run(
      '-c',
      'import botocore, os; print(os.path.join(os.path.dirname(botocore.__file__), "data", "endpoints.json"))',
    )
  ).trim();
  const { port } = new URL(platform.endpoint);
  const known = JSON.parse(await readFile(endpoints, 'utf8'));
  for (const partition of known.partitions) {
    const { sts } = partition.services;
    if (!sts) continue;
    sts.defaults = { ...sts.defaults, hostname: `localhost:${port}` };
    for (const endpoint of Object.values<{ hostname?: string }>(sts.endpoints)) endpoint.hostname = `localhost:${port}`;
  }
  await mkdir(join(folder, '.aws', 'models'), { recursive: true });
  await writeFile(join(folder, '.aws', 'models', 'endpoints.json'), JSON.stringify(known));
  // The SDK's telemetry goes to a bucket of AWS's.
  await writeFile(
    join(folder, 'sagemaker.yaml'),
    "SchemaVersion: '1.0'\nSageMaker:\n  PythonSDK:\n    Modules:\n      TelemetryOptOut: true\n",
  );
  const scripts = join(folder, 'scripts');
  await cp(here('scripts'), scripts, { recursive: true });
  await cp(here('../../examples/iris/iris.csv'), join(scripts, 'iris.csv'));
  const bench = await openWorkbench(platform);
  await bench.put('iris/iris.csv', await readFile(join(scripts, 'iris.csv')));
  const role = await bench.role('sdk', [{ Effect: 'Allow', Action: '*', Resource: '*' }]);
  return { bench, scripts, role };
}

async function printed(client: Client, ...args: readonly string[]): Promise<string> {
  const text = await client.run(...args);
  return /^artifact (s3:.+)$/m.exec(text)?.[1] ?? assert.fail(text);
}

const jobOf = (artifact: string) => artifact.split('/').at(-3) ?? '';

describe('the SageMaker Python SDK does', () => {
  test('2.x: SKLearn and XGBoost estimators fit', async () => {
    await using client = await startClient('SAGEMAKER2', tls);
    const { bench, scripts, role } = await atHome(client);
    const sklearn = jobOf(await printed(client, here('sagemaker_v2.py'), role, 'sklearn', scripts));
    assert.equal((await jobLog(bench, sklearn)).at(-1), 'trees 10');
    const xgboost = jobOf(await printed(client, here('sagemaker_v2.py'), role, 'xgboost', scripts));
    assert.match((await jobLog(bench, xgboost)).at(-1) ?? '', /^accuracy 0\.9\d|^accuracy 1/);
  });

  test('3.x: ModelTrainer trains, with requirements that it installs itself', async () => {
    await using client = await startClient('SAGEMAKER3', tls);
    const { bench, scripts, role } = await atHome(client);
    await writeFile(join(scripts, 'requirements.txt'), 'tabulate==0.9.0\n');
    const job = jobOf(await printed(client, here('sagemaker_v3.py'), role, scikitLearnImage, bucket, scripts));
    const log = await jobLog(bench, job);
    assert.ok(log.includes('trees 10'), log.join('\n'));
    assert.match(log.join('\n'), /Successfully installed tabulate-0\.9\.0/);
  });
});
