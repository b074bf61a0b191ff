/** Containers on a real engine: podman's service. What a restart of the server does to them is in container.restart.test.ts. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type ContainerEngine, shellContainer, startContainerEngine } from '../../../../test/harness/containers.ts';
import { createLog } from '../../kit/log.ts';
import type { ContainerSpec, RunStatus } from '../executor.ts';
import { type ContainerExecutor, containerExecutor } from './container.ts';
import { containerEngine } from './container-engine.ts';
import { copyFrames } from './container-log.ts';
import { containerName } from './container-settings.ts';

const log = createLog('silent', () => {});
let engine: ContainerEngine;
let dataDir: string;
let executor: ContainerExecutor;
before(async () => {
  engine = await startContainerEngine();
  dataDir = await mkdtemp(join(tmpdir(), 'clary-containers-'));
  executor = containerExecutor({ socket: engine.socket, dataDir, pull: false, log });
});
after(async () => {
  await executor?.stop();
  await engine?.[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true, force: true });
});

const shell = (name: string, script: string, changes: Partial<ContainerSpec> = {}): ContainerSpec => ({
  ...shellContainer(join(dataDir, 'runs', name), script),
  ...changes,
});
const sandboxed = (changes: Partial<ContainerSpec['sandbox']>) => ({
  sandbox: { mounts: [], network: 'none' as const, hosts: {}, ...changes },
});

const exited = (dir: string) => new Promise<void>((resolve) => executor.onExit(dir, resolve));
const logOf = (dir: string) => readFile(executor.logFile(dir), 'utf8');

async function run(spec: ContainerSpec) {
  await executor.start(spec);
  await exited(spec.dir);
  const status = await executor.status(spec.dir);
  assert.equal(status.state, 'exited');
  return { exitCode: status.exitCode, endedAt: status.endedAt, log: await logOf(spec.dir) };
}

async function printed(dir: string, text: string): Promise<void> {
  while (!(await logOf(dir).catch(() => '')).includes(text)) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('A container does', () => {
  test('run: its status, its time and all that it printed are kept, and nothing stays in the engine', async () => {
    const before = Date.now();
    const {
      exitCode,
      endedAt,
      log: text,
    } = await run(
      shell('plain', 'echo out; echo err >&2; printf part; sleep 0.3; echo ly; printf "no newline"; exit 3'),
    );
    assert.equal(exitCode, 3);
    assert.ok(endedAt.getTime() >= before - 1000 && endedAt.getTime() <= Date.now() + 1000);
    // The order of two streams is the engine's; within each it holds.
    assert.equal(text.replace('err\n', ''), 'out\npartly\nno newline');
    assert.match(text, /err\n/);
    assert.deepEqual(await engine.containers(), []);
  });

  test('see its arguments, its environment, its mounts and its hosts, and write only where it may', async () => {
    const inputs = join(dataDir, 'inputs:1');
    const outputs = join(dataDir, 'outputs');
    await mkdir(inputs);
    await mkdir(outputs);
    await writeFile(join(inputs, 'data.csv'), '1,2\n');
    const { exitCode, log: text } = await run(
      shell('sees', '', {
        entrypoint: ['/bin/sh', '-c', 'eval "$0"'],
        arguments: [
          'cat /opt/ml/in/data.csv; echo "$NAME"; echo "$*"; cp /opt/ml/in/data.csv /opt/ml/out/; grep algo-2 /etc/hosts; touch /opt/ml/in/x',
          'one',
          'two words',
        ],
        env: { NAME: 'a "name" = $HOME' },
        ...sandboxed({
          mounts: [
            { from: inputs, to: '/opt/ml/in', writable: false },
            { from: outputs, to: '/opt/ml/out', writable: true },
          ],
          hosts: { 'algo-2': '127.0.0.1' },
        }),
      }),
    );
    assert.match(text, /^1,2\na "name" = \$HOME\none two words\n127\.0\.0\.1\s+algo-2\n.*Read-only file system\n$/);
    assert.notEqual(exitCode, 0);
    assert.equal(await readFile(join(outputs, 'data.csv'), 'utf8'), '1,2\n');
  });

  test('see nothing else: no file of the platform, no other process, no privilege', async () => {
    await writeFile(join(dataDir, 'credentials.json'), 'secret');
    const { log: text } = await run(
      shell(
        'alone',
        `cat ${join(dataDir, 'credentials.json')}; ls -d /proc/[0-9]*; grep -E 'Cap(Eff|Prm|Bnd)|NoNewPrivs' /proc/self/status`,
      ),
    );
    assert.match(text, /can't open '.*credentials\.json': No such file/);
    assert.doesNotMatch(text, /secret/);
    assert.match(text, /^\/proc\/1$/m);
    assert.ok((text.match(/^\/proc\/\d+$/gm) ?? []).length <= 2, text);
    for (const capabilities of ['CapEff', 'CapPrm', 'CapBnd'])
      assert.match(text, new RegExp(`${capabilities}:\\s0{16}\n`));
    assert.match(text, /NoNewPrivs:\s1\n/);
  });

  test('write to a folder that stays as it is, and what it writes is counted as its run’s', async () => {
    const change = 'cd /in; echo new >a; rm b; echo c >c; cat a; ls; mkdir d; rm -r e; ls e 2>/dev/null || echo gone';
    /** By an overlay; by a copy, for the folder's name has what parts a mount's words; by a copy, for the engine cannot mount. */
    for (const [name, folder] of [
      ['overlaid', 'lower'],
      ['named-oddly', 'lower,upperdir=x'],
      ['unmountable', 'plain'],
    ] as const) {
      const from = join(dataDir, folder);
      await mkdir(join(from, 'e'), { recursive: true });
      for (const file of ['a', 'b', 'e/f']) await writeFile(join(from, file), file);
      const spec = shell(name, change, sandboxed({ mounts: [{ from, to: '/in', writable: 'copy' }] }));
      if (name === 'unmountable') {
        const words = ['--opt', 'type=overlay', '--opt', 'device=overlay', '--opt', 'o=lowerdir=/is/not/there'];
        await engine.ask('volume', 'create', ...words, `${containerName(spec.dir)}-0`);
      }
      const { exitCode, log: text } = await run(spec);
      assert.deepEqual([exitCode, text], [0, 'new\na\nc\ne\ngone\n'], name);
      const left = await Promise.all(['a', 'b', 'e/f'].map((file) => readFile(join(from, file), 'utf8')));
      assert.deepEqual(left, ['a', 'b', 'e/f'], name);
      assert.equal(await readFile(join(spec.dir, 'layers', '0', 'upper', 'c'), 'utf8'), 'c\n');
      assert.equal(await readFile(join(spec.dir, 'layers', '0', 'upper', 'e', 'f'), 'utf8').catch(() => ''), '');
      assert.equal((await engine.ask('volume', 'ls', '--quiet')).trim(), '', name);
      await executor.remove(spec.dir);
    }
  });

  test('reach the machine’s loopback, unless it has no network', async () => {
    const server = createServer((_, answer) => answer.end('the platform')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const script = `wget -q -O - http://127.0.0.1:${(server.address() as AddressInfo).port}/ || echo unreachable; ip -o link | sed 's/^[0-9]*: \\([a-z0-9]*\\).*/link \\1/'`;
    const open = await run(shell('open', script, sandboxed({ network: 'open' })));
    assert.match(open.log, /^the platform/);
    const none = await run(shell('none', script));
    assert.match(none.log, /unreachable/);
    assert.deepEqual(none.log.match(/link \w+/g), ['link lo']);
    server.close();
  });

  test('get the shares that it is given, where the engine keeps them; else that is said, and it runs', async () => {
    const said: string[] = [];
    const own = containerExecutor({
      socket: engine.socket,
      dataDir,
      pull: false,
      log: createLog('warn', (line) => said.push(line)),
    });
    const { keeps } = await containerEngine({ socket: engine.socket, dataDir, pull: false }).machine();
    if (process.getuid?.() === 0) assert.deepEqual(keeps, { memoryBytes: true, cpus: true, processes: true });
    const limits = { memoryBytes: 64 * 2 ** 20, cpus: 0.5, processes: 100 };
    const spec = shell('limits', 'sleep 1000', { limits });
    await own.start(spec);
    assert.equal((await own.status(spec.dir)).state, 'running');
    const [{ HostConfig: host }] = JSON.parse(await engine.ask('inspect', containerName(spec.dir)));
    assert.deepEqual([host.Memory, host.NanoCpus], [keeps.memoryBytes ? 64 * 2 ** 20 : 0, keeps.cpus ? 5e8 : 0]);
    if (keeps.processes) assert.equal(host.PidsLimit, 100);
    assert.equal(said.length, Object.values(keeps).every(Boolean) ? 0 : 1, said.join());
    await own.remove(spec.dir);
    await own.stop();
  });

  test('print more than fits into memory, and nothing of it is lost', async () => {
    const lines = 400_000;
    const { log: text } = await run(shell('much', `seq 1 ${lines}`));
    const expected = Array.from({ length: lines }, (_, i) => `${i + 1}\n`).join('');
    assert.ok(text === expected, `${text.length} characters of ${expected.length}`);
  });

  test('print to where the platform cannot read the engine’s files: then the engine is asked', async () => {
    const spec = shell('asked', 'echo one; sleep 0.5; echo two; printf three; sleep 0.5');
    const name = containerName(spec.dir);
    const asked = containerEngine({ socket: engine.socket, dataDir, pull: false });
    await asked.create(spec);
    await asked.start(name);
    const file = join(dataDir, 'asked.log');
    const { signal } = new AbortController();
    await copyFrames(await asked.log(name, signal), file);
    assert.match(await readFile(file, 'utf8'), /^one\ntwo\n(three)?$/);
    // Docker's answer ends before a last line without its end; whoever asks once more, when the container has ended, gets it.
    while ((await asked.look(name))?.phase !== 'ended') await new Promise((resolve) => setTimeout(resolve, 20));
    await copyFrames(await asked.log(name, signal), file);
    assert.equal(await readFile(file, 'utf8'), 'one\ntwo\nthree');
    await asked.remove(name);
  });

  test('end by a signal: SIGTERM where it listens, SIGKILL anyway', async () => {
    const gentle = shell('gentle', 'trap "echo stopping; exit 5" TERM; echo ready; while :; do sleep 0.05; done');
    await executor.start(gentle);
    await printed(gentle.dir, 'ready');
    assert.equal((await executor.status(gentle.dir)).state, 'running');
    await executor.signal(gentle.dir, 'SIGTERM');
    await exited(gentle.dir);
    assert.equal(((await executor.status(gentle.dir)) as { exitCode?: number }).exitCode, 5);
    assert.match(await logOf(gentle.dir), /stopping\n$/);
    await executor.signal(gentle.dir, 'SIGKILL');

    const deaf = shell(
      'deaf',
      'trap "" TERM; (while :; do sleep 0.05; done) & echo ready; while :; do sleep 0.05; done',
    );
    await executor.start(deaf);
    await printed(deaf.dir, 'ready');
    await executor.signal(deaf.dir, 'SIGTERM');
    await executor.signal(deaf.dir, 'SIGKILL');
    await exited(deaf.dir);
    assert.equal(((await executor.status(deaf.dir)) as { exitCode?: number }).exitCode, 137);
  });

  test('go with its folder, whether it runs or not', async () => {
    const spec = shell('removed', 'sleep 1000');
    await executor.start(spec);
    assert.deepEqual(await engine.containers(), [containerName(spec.dir)]);
    await executor.remove(spec.dir);
    assert.deepEqual(await engine.containers(), []);
    await assert.rejects(stat(spec.dir), { code: 'ENOENT' });
    assert.deepEqual(await executor.status(spec.dir), { state: 'absent' });
    await executor.remove(spec.dir);
  });
});

describe('A container refuses', () => {
  test('an image that is not there, and says how to bring it; does not pull it', async () => {
    const spec = shell('no-image', 'true', { image: '127.0.0.1:9/no/such:1' });
    await assert.rejects(executor.start(spec), {
      name: 'RunRefused',
      message:
        'the image 127.0.0.1:9/no/such:1 is not on this machine. Bring it with `podman load`, `podman import` or `podman pull` (docker likewise), to the engine that the platform uses, or let the platform pull images: --pull-images',
    });
    assert.deepEqual(await executor.status(spec.dir), { state: 'absent' });
    await executor.remove(spec.dir);
  });

  test('an image that cannot be pulled, where it may be', async () => {
    const pulling = containerExecutor({ socket: engine.socket, dataDir, pull: true, log });
    const spec = shell('no-registry', 'true', { image: '127.0.0.1:9/no/such:1' });
    await assert.rejects(pulling.start(spec), {
      name: 'RunRefused',
      message: /^the image 127\.0\.0\.1:9\/no\/such:1 could not be pulled: .*connection refused/s,
    });
    // One that is there is not asked for anywhere.
    const there = shell('there', 'true');
    await pulling.start(there);
    await pulling.remove(there.dir);
    await pulling.remove(spec.dir);
    await pulling.stop();
  });

  test('a folder that is not there', async () => {
    const spec = shell(
      'no-mount',
      'true',
      sandboxed({ mounts: [{ from: join(dataDir, 'nowhere'), to: '/x', writable: true }] }),
    );
    const outcome = await executor.start(spec).then(
      async () => {
        await exited(spec.dir);
        return logOf(spec.dir);
      },
      (error: Error) => `${error.name}: ${error.message}`,
    );
    assert.match(outcome, /nowhere/);
    await executor.remove(spec.dir);
  });

  test('a program that is not there: status 127 and the reason in the log', async () => {
    const { exitCode, log: text } = await run(shell('no-program', '', { entrypoint: ['/nowhere/python'] }));
    assert.equal(exitCode, 127);
    assert.match(text, /^clary: the container could not be started: .*\/nowhere\/python.*\n$/s);
    assert.deepEqual(await engine.containers(), []);
  });

  test('an engine that does not answer: that is no outcome, and may be tried again', async () => {
    const nobody = containerExecutor({ socket: join(dataDir, 'nobody.sock'), dataDir, pull: false, log });
    const spec = shell('no-engine', 'true');
    await assert.rejects(nobody.start(spec), { code: 'ENOENT' });
    await nobody.stop();
    assert.equal((await run(spec)).exitCode, 0);
  });
});

test('a folder where nothing ran is absent', async () => {
  const absent: RunStatus = { state: 'absent' };
  assert.deepEqual(await executor.status(join(dataDir, 'runs', 'never')), absent);
});
