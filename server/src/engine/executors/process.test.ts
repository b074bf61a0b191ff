import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { createLog } from '../../kit/log.ts';
import type { RunStatus } from '../executor.ts';
import { processExecutor } from './process.ts';
import { readIdentity } from './process-identity.ts';

const executor = processExecutor({ log: createLog('silent', () => {}) });
const env = { PATH: '/usr/local/bin:/usr/bin:/bin' };
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clary-runs-'));
});
after(() => rm(folder, { recursive: true }));

const shell = (name: string, script: string) => ({
  dir: join(folder, name),
  command: ['/bin/sh', '-c', script] as [string, ...string[]],
  env,
  cwd: folder,
});

async function ended(dir: string): Promise<RunStatus> {
  await new Promise<void>((resolve) => {
    executor.onExit(dir, resolve);
  });
  return executor.status(dir);
}

/** Waits until the run has printed this. */
async function printed(dir: string, text: string): Promise<void> {
  while (!(await readFile(executor.logFile(dir), 'utf8').catch(() => '')).includes(text)) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('does', () => {
  test('writes the exit status and what was printed, on both outputs', async () => {
    const run = shell('status', 'echo out; echo err >&2; exit 7');
    await executor.start(run);
    const status = await ended(run.dir);
    assert.equal(status.state === 'exited' && status.exitCode, 7);
    assert.deepEqual((await readFile(executor.logFile(run.dir), 'utf8')).trim().split('\n').sort(), ['err', 'out']);
  });

  test('hands on the environment that was given and nothing else', async () => {
    const run = { ...shell('environment', 'env'), env: { ...env, ONLY: 'this' } };
    await executor.start(run);
    await ended(run.dir);
    const names = (await readFile(executor.logFile(run.dir), 'utf8')).split('\n').map((line) => line.split('=')[0]);
    assert.ok(names.includes('ONLY'));
    assert.ok(!names.includes('HOME'));
  });

  test('SIGTERM reaches the program, which may end as it likes', async () => {
    const run = shell('term', 'trap "echo bye; exit 3" TERM; echo ready; while :; do sleep 0.05; done');
    await executor.start(run);
    await printed(run.dir, 'ready');
    await executor.signal(run.dir, 'SIGTERM');
    const status = await ended(run.dir);
    assert.equal(status.state === 'exited' && status.exitCode, 3);
  });

  test('SIGKILL is a status too, and takes the children along', async () => {
    const run = shell('kill', 'sleep 1000 & echo child $!; wait');
    await executor.start(run);
    await printed(run.dir, 'child');
    const child = Number(/child (\d+)/.exec(await readFile(executor.logFile(run.dir), 'utf8'))?.[1]);
    await executor.signal(run.dir, 'SIGKILL');
    const status = await ended(run.dir);
    assert.equal(status.state === 'exited' && status.exitCode, 137);
    while ((await readFile(`/proc/${child}/stat`, 'utf8').catch(() => ') Z')).split(') ')[1]?.[0] !== 'Z') {
      await new Promise((resolve) => setImmediate(resolve));
    }
  });

  test('a folder where nothing ran is absent', async () => {
    assert.deepEqual(await executor.status(join(folder, 'never')), { state: 'absent' });
  });
});

describe('survives', () => {
  test('the same run asked for by many servers at once runs once', async () => {
    const run = shell('once', `echo ran >> "${folder}/once.txt"`);
    const program = `
      const { processExecutor } = await import(${JSON.stringify(new URL('./process.ts', import.meta.url))});
      const log = { debug() {} };
      await processExecutor({ log }).start(JSON.parse(process.argv[1]));`;
    const start = () =>
      promisify(execFile)(process.execPath, ['--input-type=module-typescript', '-e', program, JSON.stringify(run)]);
    await Promise.all([start(), start(), executor.start(run), executor.start(run)]);
    await ended(run.dir);
    await executor.start(run);
    assert.equal(await readFile(join(folder, 'once.txt'), 'utf8'), 'ran\n');
  });

  test('a supervisor that is killed: the program is still seen, its end is "lost"', async () => {
    const run = shell('orphan', `echo ready; while ! [ -e "${folder}/go" ]; do sleep 0.02; done`);
    await executor.start(run);
    await printed(run.dir, 'ready');
    const supervisor = await readIdentity(join(run.dir, 'supervisor'));
    process.kill(supervisor?.pid ?? 0, 'SIGKILL');
    assert.equal((await executor.status(run.dir)).state, 'running');
    await promisify(execFile)('touch', [join(folder, 'go')]);
    assert.deepEqual(await ended(run.dir), { state: 'lost' });
  });
});
