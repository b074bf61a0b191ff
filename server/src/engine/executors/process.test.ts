import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { runEnd } from '../../../../test/harness/runs.ts';
import { createLog } from '../../kit/log.ts';
import type { ProcessSpec, RunStatus } from '../executor.ts';
import { processExecutor } from './process.ts';
import { readIdentity } from './process-identity.ts';

const executor = processExecutor({ log: createLog('silent', () => {}) });
const env = { PATH: '/usr/local/bin:/usr/bin:/bin' };
const dirs = new Set<string>();
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clary-runs-'));
});
after(async () => {
  // A test that failed may have left its run behind.
  for (const dir of dirs) if ((await executor.status(dir)).state === 'running') await executor.signal(dir, 'SIGKILL');
  await rm(folder, { recursive: true });
});

function shell(name: string, script: string) {
  const dir = join(folder, name);
  dirs.add(dir);
  return {
    kind: 'process' as const,
    dir,
    command: ['/bin/sh', '-c', script] as [string, ...string[]],
    env,
    cwd: folder,
  };
}

const ended = (dir: string) => runEnd(executor, dir);

const exitCode = (status: RunStatus) => (status.state === 'exited' ? status.exitCode : status.state);

/** Of /proc/<pid>/stat: undefined where there is no such process, Z for a zombie. */
async function stateOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat?.slice(stat.lastIndexOf(')') + 2)[0];
}

async function gone(pid: number): Promise<void> {
  for (;;) {
    const state = await stateOf(pid);
    // An orphan's zombie belongs to init, which takes its time.
    if (state === undefined || state === 'Z') return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function childOf(dir: string): Promise<number> {
  await printed(dir, 'child');
  return Number(/child (\d+)/.exec(await readFile(executor.logFile(dir), 'utf8'))?.[1]);
}

/** Runs this in another Node process with the executor and the run at hand, and waits for its end. */
const elsewhere = (program: string, run: ProcessSpec) =>
  promisify(execFile)(process.execPath, [
    '--input-type=module-typescript',
    '-e',
    `const { processExecutor } = await import(${JSON.stringify(new URL('./process.ts', import.meta.url))});
     const executor = processExecutor({ log: { debug() {}, warn() {} } });
     const run = JSON.parse(process.argv[1]);
     ${program}`,
    JSON.stringify(run),
  ]);

/** Waits until the run has printed this. */
async function printed(dir: string, text: string): Promise<void> {
  while (!(await readFile(executor.logFile(dir), 'utf8').catch(() => '')).includes(text)) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('a process run', () => {
  test('writes the exit status and what was printed, on both outputs', async () => {
    const run = shell('status', 'echo out; echo err >&2; exit 7');
    await executor.start(run);
    const status = await ended(run.dir);
    assert.equal(exitCode(status), 7);
    assert.deepEqual((await readFile(executor.logFile(run.dir), 'utf8')).trim().split('\n').sort(), ['err', 'out']);
  });

  test('passes the given environment and nothing else', async () => {
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
    assert.equal(exitCode(status), 3);
  });

  test('SIGKILL is a status too, and takes the children along', async () => {
    const run = shell('kill', 'sleep 1000 & echo child $!; wait');
    await executor.start(run);
    const child = await childOf(run.dir);
    await executor.signal(run.dir, 'SIGKILL');
    assert.equal(exitCode(await ended(run.dir)), 137);
    await gone(child);
  });

  test('a program that ends takes the children it left behind along', async () => {
    const run = shell('leftover', 'trap "" TERM; sleep 1000 & echo child $!');
    await executor.start(run);
    const child = await childOf(run.dir);
    assert.equal(exitCode(await ended(run.dir)), 0);
    await gone(child);
  });

  test('runs under the very pid that the status names; no zombie is left of the supervisor', async () => {
    const run = shell('pid', 'echo pid $$; sleep 1000');
    await executor.start(run);
    await printed(run.dir, 'pid');
    const status = await executor.status(run.dir);
    assert.equal(
      await readFile(executor.logFile(run.dir), 'utf8'),
      `pid ${status.state === 'running' && status.pid}\n`,
    );
    const supervisor = await readIdentity(join(run.dir, 'supervisor'));
    await executor.signal(run.dir, 'SIGKILL');
    await ended(run.dir);
    while ((await stateOf(supervisor?.pid ?? 0)) !== undefined) await new Promise((resolve) => setImmediate(resolve));
  });

  test('passes no open file but standard input, output and error', async () => {
    const run = shell('files', 'readlink /proc/$$/fd/*');
    // A server that was born with a descriptor of somebody else: the run has /dev/null in its place. Far above the rest,
    // because Node closes what it inherits only up to the first gap beyond descriptor 16.
    const far = 40;
    const program = `const { processExecutor } = await import(${JSON.stringify(new URL('./process.ts', import.meta.url))});
      await processExecutor({ log: { debug() {} } }).start(JSON.parse(process.argv[1]));`;
    await using somebodys = await open(join(folder, 'somebodys'), 'w');
    const server = spawn(process.execPath, ['--input-type=module-typescript', '-e', program, JSON.stringify(run)], {
      stdio: [...new Array<'ignore'>(far).fill('ignore'), somebodys.fd],
    });
    assert.deepEqual(await once(server, 'exit'), [0, null]);
    await ended(run.dir);
    const files = (await readFile(executor.logFile(run.dir), 'utf8')).trim().split('\n');
    // Of the supervisor: /dev/null and twice the log; then what stands in the place of that descriptor and of those the test was born with.
    assert.deepEqual(files.slice(0, 3), ['/dev/null', executor.logFile(run.dir), executor.logFile(run.dir)]);
    assert.ok(files.length > 3);
    assert.deepEqual(new Set(files.slice(3)), new Set(['/dev/null']));
  });

  test('with an environment that has no tools in its PATH', async () => {
    const run = { ...shell('no-path', 'exit 4'), env: { PATH: '/nowhere' } };
    await executor.start(run);
    assert.equal(exitCode(await ended(run.dir)), 4);
  });

  test('a program that is not there: status 127 and the reason in the log', async () => {
    const run = { ...shell('no-program', ''), command: ['/nowhere/python', 'x'] as [string, string] };
    await executor.start(run);
    assert.equal(exitCode(await ended(run.dir)), 127);
    assert.match(await readFile(executor.logFile(run.dir), 'utf8'), /\/nowhere\/python: not found/);
  });

  test('a folder where nothing ran is absent', async () => {
    assert.deepEqual(await executor.status(join(folder, 'never')), { state: 'absent' });
  });
});

describe('a process run refuses', () => {
  test('a working folder that is not there, and says so', async () => {
    const run = { ...shell('no-folder', 'true'), cwd: '/nowhere/at/all' };
    await assert.rejects(executor.start(run), /ended before it began, with \/nowhere\/at\/all as its folder: spawn/);
    assert.deepEqual(await executor.status(run.dir), { state: 'absent' });
  });
});

describe('a process run survives', () => {
  test('the same run requested by many servers at once runs once', async () => {
    const run = shell('once', `echo ran >> "${folder}/once.txt"`);
    const start = () => elsewhere('await executor.start(run);', run);
    await Promise.all([start(), start(), executor.start(run), executor.start(run)]);
    await ended(run.dir);
    await executor.start(run);
    assert.equal(await readFile(join(folder, 'once.txt'), 'utf8'), 'ran\n');
  });

  test('kill -9 of the server: the next one adopts the run, signals it and learns its status', async () => {
    const run = shell('adopted', 'trap "exit 5" TERM; echo ready; while :; do sleep 0.02; done');
    await assert.rejects(elsewhere(`await executor.start(run); process.kill(process.pid, 'SIGKILL');`, run), {
      signal: 'SIGKILL',
    });
    await printed(run.dir, 'ready');
    assert.equal((await executor.status(run.dir)).state, 'running');
    const end = ended(run.dir);
    await executor.signal(run.dir, 'SIGTERM');
    assert.equal(exitCode(await end), 5);
    await executor.signal(run.dir, 'SIGKILL');
    assert.equal(exitCode(await ended(run.dir)), 5, 'whoever asks later is told at once');
  });

  test('many SIGTERMs to a program that takes its time', async () => {
    const run = shell(
      'patient',
      `trap : TERM; echo ready; while ! [ -e "${folder}/enough" ]; do sleep 0.01; done; exit 6`,
    );
    await executor.start(run);
    await printed(run.dir, 'ready');
    for (let i = 0; i < 30; i++) await executor.signal(run.dir, 'SIGTERM');
    await writeFile(join(folder, 'enough'), '');
    assert.equal(exitCode(await ended(run.dir)), 6);
  });

  test('SIGTERM as soon as it is started ends it', async () => {
    for (let i = 0; i < 20; i++) {
      const run = shell(`early-${i}`, 'exec sleep 1000');
      await executor.start(run);
      await executor.signal(run.dir, 'SIGTERM');
      assert.equal(exitCode(await ended(run.dir)), 143);
    }
  });

  test('a supervisor that is killed: the program is still seen, its end is "lost", what it left behind ends', async () => {
    const run = shell('orphan', `sleep 1000 & echo child $!; while ! [ -e "${folder}/go" ]; do sleep 0.02; done`);
    await executor.start(run);
    const child = await childOf(run.dir);
    const supervisor = await readIdentity(join(run.dir, 'supervisor'));
    process.kill(supervisor?.pid ?? 0, 'SIGKILL');
    assert.equal((await executor.status(run.dir)).state, 'running');
    await writeFile(join(folder, 'go'), '');
    assert.deepEqual(await ended(run.dir), { state: 'lost' });
    await gone(child);
  });

  test('a supervisor that is killed: a program can still be ended', async () => {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const run = shell(`orphan-${signal}`, 'echo ready; exec sleep 1000');
      await executor.start(run);
      await printed(run.dir, 'ready');
      const supervisor = await readIdentity(join(run.dir, 'supervisor'));
      process.kill(supervisor?.pid ?? 0, 'SIGKILL');
      await gone(supervisor?.pid ?? 0);
      await executor.signal(run.dir, signal);
      assert.deepEqual(await ended(run.dir), { state: 'lost' });
    }
  });

  test('kill -9 of both: lost', async () => {
    const run = shell('both', 'echo ready; sleep 1000');
    await executor.start(run);
    await printed(run.dir, 'ready');
    const supervisor = await readIdentity(join(run.dir, 'supervisor'));
    process.kill(-(supervisor?.pid ?? 0), 'SIGKILL');
    assert.deepEqual(await ended(run.dir), { state: 'lost' });
  });

  test('a pid that another process has now, and one of another boot: not taken for the run, never signalled', async () => {
    const bystander = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    const stat = await readFile(`/proc/${bystander.pid}/stat`, 'utf8');
    const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    for (const identity of [`${bystander.pid} 1 ${boot}`, `${bystander.pid} ${startTime} another-boot`]) {
      const { dir } = shell(`reused-${identity.length}`, '');
      await mkdir(join(dir, 'claim'), { recursive: true });
      for (const name of ['pid', 'supervisor']) await writeFile(join(dir, name), `${identity}\n`);
      assert.deepEqual(await executor.status(dir), { state: 'lost' });
      await executor.signal(dir, 'SIGTERM');
      await executor.signal(dir, 'SIGKILL');
      assert.deepEqual(await ended(dir), { state: 'lost' });
    }
    assert.notEqual(await stateOf(bystander.pid as number), undefined);
    assert.equal(bystander.signalCode, null);
    const end = once(bystander, 'exit');
    bystander.kill('SIGINT');
    assert.deepEqual(await end, [null, 'SIGINT'], 'nothing before this signal reached it');
  });

  test('a status whose bytes a power cut took: lost, not success', async () => {
    const { dir } = shell('cut', '');
    await mkdir(join(dir, 'claim'), { recursive: true });
    await writeFile(join(dir, 'exit'), '');
    assert.deepEqual(await executor.status(dir), { state: 'lost' });
  });
});
