import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { clary, type Installation, installation, up } from './example-installation.ts';

/** Stands for a Python with botocore: prints a list of endpoints as botocore's loader would. */
function python(here: Installation): string {
  const file = join(here.dir, 'python');
  const endpoints = {
    version: 3,
    partitions: [
      {
        partition: 'aws',
        services: { sts: { endpoints: { 'us-east-1': { hostname: 'sts.example' } } }, s3: { endpoints: {} } },
      },
    ],
  };
  writeFileSync(file, `#!/bin/sh\necho '${JSON.stringify(endpoints)}'\n`, { mode: 0o755 });
  return file;
}
const endpointsOf = (here: Installation) => join(here.dir, '.aws', 'models', 'endpoints.json');

describe('clary sdk-config', { concurrency: 2 }, () => {
  test('sends STS to the platform, prints what the SDK reads, and takes both away', async () => {
    using here = installation();
    await using server = await up(here, 1, '--ready-json');
    const { port } = new URL(JSON.parse(server.out[0] ?? '').url);
    const data = join(here.dir, 'data');
    const words = ['--data', data, '--python', python(here)];
    const { code, out, errors } = await clary(here.env, 'sdk-config', '--json', ...words);
    assert.equal(code, 0, errors);
    const values = JSON.parse(out);
    const settings = readFileSync(values.SAGEMAKER_USER_CONFIG_OVERRIDE, 'utf8');
    assert.match(
      settings,
      /TelemetryOptOut: true\n {2}TrainingJob:\n {4}RoleArn: arn:aws:iam::000000000000:role\/service-role\//,
    );
    assert.equal(values.AWS_CA_BUNDLE, join(data, 'tls', 'bundle.pem'));
    const [partition] = JSON.parse(readFileSync(endpointsOf(here), 'utf8')).partitions;
    assert.equal(partition.services.sts.endpoints['us-east-1'].hostname, `localhost:${port}`);
    // Again: its own file is written anew.
    assert.equal((await clary(here.env, 'sdk-config', ...words)).code, 0);
    const removed = await clary(here.env, 'sdk-config', '--remove', '--data', data);
    assert.equal(removed.out, `removed ${endpointsOf(here)} and ${join(data, 'sdk')}\n`);
    assert.ok(!existsSync(dirname(endpointsOf(here))));
    assert.equal((await clary(here.env, 'sdk-config', '--remove', '--data', data)).out, 'nothing to remove\n');
  });

  test('leaves a file that is not its own as it is', async () => {
    using here = installation();
    mkdirSync(dirname(endpointsOf(here)), { recursive: true });
    writeFileSync(endpointsOf(here), '{"partitions":[]}');
    const { code, errors } = await clary(here.env, 'sdk-config');
    assert.equal(code, 1);
    assert.match(errors, /^clary sdk-config: .+endpoints\.json is there and not Clary's: it stays as it is\n/);
    assert.equal((await clary(here.env, 'sdk-config', '--remove')).out, 'nothing to remove\n');
    assert.equal(readFileSync(endpointsOf(here), 'utf8'), '{"partitions":[]}');
  });
});

describe('clary env --role', { concurrency: 2 }, () => {
  test('gives a session of the execution role, by name or as the default', async () => {
    using here = installation();
    await using server = await up(here, 1, '--ready-json');
    assert.ok(server.pid);
    const data = join(here.dir, 'data');
    for (const role of ['default', 'AmazonSageMaker-ExecutionRole']) {
      const { out, errors } = await clary(here.env, 'env', '--json', '--role', role, '--data', data);
      assert.equal(errors, '');
      const values = JSON.parse(out);
      assert.match(values.AWS_ACCESS_KEY_ID, /^ASIA/);
      assert.ok(values.AWS_SESSION_TOKEN);
      assert.equal(
        values.CLARY_EXECUTION_ROLE_ARN,
        'arn:aws:iam::000000000000:role/service-role/AmazonSageMaker-ExecutionRole',
      );
    }
    const unknown = await clary(here.env, 'env', '--role', 'nobody', '--data', data);
    assert.match(unknown.errors, /^clary env: there is no role nobody\n/);
    await server.end('SIGTERM');
    const alone = await clary(here.env, 'env', '--role', 'default', '--data', data);
    assert.equal(alone.code, 1);
    assert.match(alone.errors, /^clary env: nothing answers at http:.+\nRun `npx clary up`/);
  });
});

describe('clary down', () => {
  test('ends the server of a data folder, and says where there is none', async () => {
    using here = installation();
    await using server = await up(here, 1, '--ready-json');
    const data = join(here.dir, 'data');
    assert.equal((await clary(here.env, 'down', '--data', data)).out, `The server of ${data} has stopped.\n`);
    assert.equal((await clary(here.env, 'down', '--all', '--data', data)).out, `No server runs in ${data}.\n`);
    assert.deepEqual(await server.end('SIGTERM'), [0, null]);
  });
});
