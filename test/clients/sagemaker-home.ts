/**
 * What the unmodified SageMaker Python SDK needs to stay with the platform: its TLS port, and STS there, too. The SDK gives STS an address of AWS's own;
 * botocore takes that from ~/.aws/models/endpoints.json where there is one.
 */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AttachRolePolicyCommand, IAMClient } from '@aws-sdk/client-iam';
import type { TestPlatform } from '../harness/platform.ts';
import { openWorkbench } from '../harness/workbench.ts';
import type { Client } from './client.ts';

export const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
export const tls = ({ endpoint, dataDir }: TestPlatform, folder: string) => ({
  AWS_ENDPOINT_URL: endpoint.replace('http://127.0.0.1', 'https://localhost'),
  AWS_CA_BUNDLE: join(dataDir, 'tls', 'ca.pem'),
  SAGEMAKER_USER_CONFIG_OVERRIDE: join(folder, 'sagemaker.yaml'),
});

/**
 * A home whose STS is the platform, a folder of scripts and data, a role as AWS's guides make it: SDK 3 simulates a dozen actions of
 * services that do not exist here on the role before it trains.
 */
export async function atHome(client: Client) {
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
  const role = await bench.role('sdk', [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }]);
  const fullAccess = 'arn:aws:iam::aws:policy/AmazonSageMakerFullAccess';
  await platform
    .client(IAMClient)
    .send(new AttachRolePolicyCommand({ RoleName: role.split('/').at(-1), PolicyArn: fullAccess }));
  return { bench, scripts, role };
}
