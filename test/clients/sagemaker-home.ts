/** Needs CLARY_TEST_SAGEMAKER2 and CLARY_TEST_SAGEMAKER3. The home folder of a user who has run `eval "$(npx clary sdk-config)"`, which is all that the unmodified SageMaker Python SDK needs to stay with the platform. */
import { execFile } from 'node:child_process';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { AttachRolePolicyCommand, IAMClient } from '@aws-sdk/client-iam';
import type { TestPlatform } from '../harness/platform.ts';
import { openWorkbench } from '../harness/workbench.ts';
import { type Client, startClient } from './client.ts';

export const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const command = here('../../cli/src/main.ts');

/** `clary sdk-config` in a home of the client's own; answers what it prints. */
async function sdkConfig({ dataDir }: TestPlatform, home: string, python: string, words: readonly string[]) {
  const args = [command, 'sdk-config', '--data', dataDir, '--json', '--python', python, ...words];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, HOME: home } });
  return JSON.parse(stdout) as Record<string, string>;
}

/** A client with what the command sets up; `words` are further ones of the command. */
export function startSdk(name: 'SAGEMAKER2' | 'SAGEMAKER3', ...words: readonly string[]): Promise<Client> {
  const python = process.env[`CLARY_TEST_${name}`] ?? 'python3';
  return startClient(name, (platform, folder) => sdkConfig(platform, folder, python, words), ['--execution-role']);
}

/** A folder of scripts and data, and a role as AWS's guides make it: SDK 3 simulates a dozen actions of services that do not exist here on the role before it trains. */
export async function atHome({ platform, folder }: Client) {
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
