/** The unmodified SageMaker Python SDK, 2.x and 3.x, trains and deploys over the platform's TLS port. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { jobLog, scikitLearnImage } from '../harness/scripts.ts';
import { bucket } from '../harness/workbench.ts';
import type { Client } from './client.ts';
import { atHome, here, startSdk } from './sagemaker-home.ts';

async function printed(client: Client, ...args: readonly string[]): Promise<string> {
  const text = await client.run(...args);
  return /^artifact (s3:.+)$/m.exec(text)?.[1] ?? assert.fail(text);
}

const jobOf = (artifact: string) => artifact.split('/').at(-3) ?? '';

describe('the SageMaker Python SDK does', () => {
  test('2.x: SKLearn and XGBoost estimators fit', async () => {
    await using client = await startSdk('SAGEMAKER2', '--tls');
    const { bench, scripts, role } = await atHome(client);
    const sklearn = jobOf(await printed(client, here('sagemaker_v2.py'), role, 'sklearn', scripts));
    assert.equal((await jobLog(bench, sklearn)).at(-1), 'trees 10');
    const xgboost = jobOf(await printed(client, here('sagemaker_v2.py'), role, 'xgboost', scripts));
    assert.match((await jobLog(bench, xgboost)).at(-1) ?? '', /^accuracy 0\.9\d|^accuracy 1/);
  });

  test('2.x: an estimator of the built-in XGBoost shows its metrics, deploys, and clears up in its own order', async () => {
    await using client = await startSdk('SAGEMAKER2', '--tls');
    const { role } = await atHome(client);
    const text = await client.run(here('sagemaker_endpoint_v2.py'), role, bucket);
    const { metrics, prediction, left } = JSON.parse(/result (\{.+\})$/m.exec(text)?.[1] ?? assert.fail(text));
    assert.deepEqual(metrics, ['train:rmse']);
    assert.ok(Number.isFinite(prediction));
    assert.deepEqual(left, { models: 0, configurations: 0 });
  });

  test('3.x: ModelTrainer trains, with requirements that it installs itself', async () => {
    await using client = await startSdk('SAGEMAKER3', '--tls');
    const { bench, scripts, role } = await atHome(client);
    await writeFile(join(scripts, 'requirements.txt'), 'tabulate==0.9.0\n');
    const job = jobOf(await printed(client, here('sagemaker_v3.py'), role, scikitLearnImage, bucket, scripts));
    const log = await jobLog(bench, job);
    assert.ok(log.includes('trees 10'), log.join('\n'));
    assert.match(log.join('\n'), /Successfully installed tabulate-0\.9\.0/);
  });
});

const account = '000000000000';
const executionRole = `arn:aws:iam::${account}:role/service-role/AmazonSageMaker-ExecutionRole`;
const firstLines = {
  SAGEMAKER2: 'from sagemaker import Session, get_execution_role',
  SAGEMAKER3: 'from sagemaker.core.helper.session_helper import Session, get_execution_role',
} as const;

describe('the first lines of a notebook, after `clary sdk-config --role default`', () => {
  for (const [name, imports] of Object.entries(firstLines)) {
    test(`${name}: the execution role and the default bucket`, async () => {
      await using client = await startSdk(name as keyof typeof firstLines, '--role', 'default');
      const out = await client.run('-c', `${imports}\ns = Session()\nprint(get_execution_role(s), s.default_bucket())`);
      assert.equal(out.trim().split('\n').at(-1), `${executionRole} sagemaker-us-east-1-${account}`);
    });
  }
});
