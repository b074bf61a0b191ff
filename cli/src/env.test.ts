/** `clary env`: what it prints is enough for a client, over HTTP and over TLS. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startPlatform, type TestPlatform } from '../../test/harness/platform.ts';

const execute = promisify(execFile);
const cli = fileURLToPath(new URL('./main.ts', import.meta.url));
const health = "fetch(process.env.AWS_ENDPOINT_URL + '/_clary/health').then(async (a) => console.log(await a.text()))";

let platform: TestPlatform;
before(async () => {
  platform = await startPlatform();
});
after(() => platform[Symbol.asyncDispose]());

const env = async (...flags: string[]) => {
  const { stdout } = await execute(process.execPath, [cli, 'env', '--data', platform.dataDir, ...flags]);
  return stdout;
};

describe('clary env does', () => {
  test('variables for HTTP', async () => {
    assert.deepEqual(JSON.parse(await env('--json')), platform.environment);
  });

  test('variables for TLS, which a client needs nothing beside', async () => {
    const variables = JSON.parse(await env('--json', '--tls')) as Record<string, string>;
    assert.deepEqual(variables, {
      ...platform.environment,
      AWS_ENDPOINT_URL: platform.endpoint.replace('http:', 'https:'),
      AWS_CA_BUNDLE: join(platform.dataDir, 'tls', 'bundle.pem'),
      NODE_EXTRA_CA_CERTS: join(platform.dataDir, 'tls', 'ca.pem'),
      REQUESTS_CA_BUNDLE: join(platform.dataDir, 'tls', 'bundle.pem'),
    });
    const { stdout } = await execute(process.execPath, ['-e', health], { env: { ...process.env, ...variables } });
    assert.equal(JSON.parse(stdout).status, 'ok');
    const untold = execute(process.execPath, ['-e', health], {
      env: { ...process.env, ...variables, NODE_EXTRA_CA_CERTS: '' },
    });
    await assert.rejects(untold, /SELF_SIGNED_CERT_IN_CHAIN/);
  });

  test('lines that a shell evaluates', async () => {
    const { stdout } = await execute('sh', ['-c', `eval "$1"; echo "$AWS_ENDPOINT_URL"`, 'sh', await env('--tls')]);
    assert.equal(stdout.trim(), platform.endpoint.replace('http:', 'https:'));
  });
});

describe('clary env refuses', () => {
  test('a folder in which no platform was started', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'clary-env-'));
    await assert.rejects(execute(process.execPath, [cli, 'env', '--tls', '--data', empty]), (error: Error) => {
      assert.match((error as Error & { stderr: string }).stderr, /^clary env: no platform has been started in .* yet/);
      return true;
    });
    await rm(empty, { recursive: true });
  });
});
