/** `clary up` and `clary env` as a person at a terminal uses them, with an official SDK in between. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CreateRoleCommand, GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

const program = fileURLToPath(new URL('../../cli/src/main.ts', import.meta.url));
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clary-terminal-'));
});
after(() => rm(folder, { recursive: true }));

async function up() {
  const args = [program, 'up', '--data', join(folder, 'data'), '--port', '0', '--log-level', 'warn'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close') as Promise<[code: number | null, signal: string | null]>;
  let isLast = false;
  const lines = createInterface({ input: child.stdout }).on('line', (line) => {
    isLast = line.includes('Ctrl-C stops');
  });
  while (!isLast) await once(lines, 'line');
  return (signal: 'SIGINT' | 'SIGKILL') => {
    child.kill(signal);
    return ended;
  };
}

/** The clients of somebody who has run `eval "$(npx clary env)"`. */
async function clients() {
  const { stdout } = await promisify(execFile)(process.execPath, [
    program,
    'env',
    '--json',
    '--data',
    join(folder, 'data'),
  ]);
  const env = JSON.parse(stdout);
  const config = {
    endpoint: env.AWS_ENDPOINT_URL,
    region: env.AWS_REGION,
    credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY },
    forcePathStyle: true,
    maxAttempts: 1,
  };
  return { s3: new S3Client(config), iam: new IAMClient(config), accessKeyId: env.AWS_ACCESS_KEY_ID };
}

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

describe('clary up survives', () => {
  test('Ctrl-C and kill -9: the next start finds everything, under the same key', async () => {
    const keys: string[] = [];
    const written: string[] = [];
    for (const signal of ['SIGINT', 'SIGKILL', 'SIGINT'] as const) {
      const end = await up();
      const { s3, iam, accessKeyId } = await clients();
      keys.push(accessKeyId);
      if (written.length === 0) await s3.send(new CreateBucketCommand({ Bucket: 'kept' }));
      for (const name of written) {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'kept', Key: name }));
        assert.equal(await Body?.transformToString(), `content of ${name}`);
        assert.equal((await iam.send(new GetRoleCommand({ RoleName: name }))).Role?.RoleName, name);
      }
      const name = `start-${written.length}`;
      await s3.send(new PutObjectCommand({ Bucket: 'kept', Key: name, Body: `content of ${name}` }));
      await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trust }));
      written.push(name);
      assert.deepEqual(await end(signal), signal === 'SIGINT' ? [0, null] : [null, 'SIGKILL']);
      s3.destroy();
      iam.destroy();
    }
    assert.equal(new Set(keys).size, 1);
  });
});
