/** What kills do to containers: of the server at any instant, of the engine's service, of the container itself. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  type ContainerEngine,
  shellContainer,
  startContainerEngine,
  testImage,
} from '../../../../test/harness/containers.ts';
import { createLog } from '../../kit/log.ts';
import type { ContainerSpec } from '../executor.ts';
import { type ContainerExecutor, containerExecutor } from './container.ts';
import { containerName } from './container-settings.ts';

let engine: ContainerEngine;
let dataDir: string;
let shared: string;
before(async () => {
  engine = await startContainerEngine();
  dataDir = await mkdtemp(join(tmpdir(), 'clary-containers-'));
  shared = join(dataDir, 'shared');
  await mkdir(shared);
});
after(async () => {
  await engine?.[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true, force: true });
});

const options = (socket = engine.socket) => ({ socket, dataDir, pull: false });

/** A server's executor; it lets go of everything at the end of the test. */
function opened(): ContainerExecutor & AsyncDisposable {
  const executor = containerExecutor({ ...options(), log: createLog('silent', () => {}) });
  return { ...executor, [Symbol.asyncDispose]: executor.stop };
}

/** What runs leaves its trace in a folder of the machine. */
const shell = (name: string, script: string): ContainerSpec =>
  shellContainer(join(dataDir, 'runs', name), script, [{ from: shared, to: '/shared', writable: true }]);

/** A server of its own process that starts a run; whoever wants to kills it. */
function elsewhere(code: string, spec: ContainerSpec, socket?: string): ChildProcess {
  const url = JSON.stringify(new URL('./container.ts', import.meta.url));
  const program = `const { containerExecutor } = await import(${url});
    const [spec, options] = JSON.parse(process.argv[1]);
    const log = { debug() {}, warn(...words) { console.error(...words); } };
    const executor = containerExecutor({ ...options, log });
    ${code}`;
  const words = ['--input-type=module-typescript', '-e', program, JSON.stringify([spec, options(socket)])];
  return spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look().catch(() => undefined);
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
const printed = (dir: string, text: string) =>
  eventually(async () => (await readFile(join(dir, 'log'), 'utf8')).includes(text) || undefined);

const exited = (executor: ContainerExecutor, dir: string) =>
  new Promise<void>((resolve) => executor.onExit(dir, resolve));
async function exitCode(executor: ContainerExecutor, dir: string) {
  const status = await executor.status(dir);
  assert.equal(status.state, 'exited');
  return status.exitCode;
}

/** The engine behind a socket at which one request's arrival is noticed, and that request is never handed on. */
async function socketThatHolds(held: RegExp, arrived: () => void) {
  const path = join(dataDir, `held-${Math.random().toString(36).slice(2)}.sock`);
  const server = createServer((client) => {
    const onwards = connect(engine.socket);
    onwards.on('error', () => client.destroy()).on('close', () => client.destroy());
    client.on('error', () => onwards.destroy()).on('close', () => onwards.destroy());
    client.on('data', (bytes) => {
      if (held.test(bytes.toString('latin1'))) arrived();
      else onwards.write(bytes);
    });
    onwards.pipe(client);
  }).listen(path);
  await once(server, 'listening');
  return { path, [Symbol.dispose]: () => void server.close() };
}

describe('A container survives', () => {
  test('requests by many servers at once: it runs once', async () => {
    await using executor = opened();
    const spec = shell('once', 'echo ran >> /shared/once.txt');
    const others = [1, 2, 3].map(() => elsewhere('await executor.start(spec); await executor.stop();', spec));
    const ends = others.map((child) => once(child, 'exit'));
    await Promise.all([executor.start(spec), executor.start(spec), ...ends]);
    for (const { exitCode: code } of others) assert.equal(code, 0);
    await exited(executor, spec.dir);
    await executor.start(spec);
    assert.equal(await exitCode(executor, spec.dir), 0);
    assert.equal(await readFile(join(shared, 'once.txt'), 'utf8'), 'ran\n');
    assert.deepEqual(await engine.containers(), []);
  });

  for (const [moment, request] of Object.entries({
    'before it is made': /^POST \S*\/containers\/create/,
    'between made and started': /^POST \S*\/containers\/[\w.-]+\/start/,
  })) {
    test(`kill -9 of the server ${moment}: the next one starts it, once`, async () => {
      const spec = shell(`killed-${request.source.length}`, `echo ran >> /shared/killed-${request.source.length}.txt`);
      const arrival = Promise.withResolvers<void>();
      using socket = await socketThatHolds(request, arrival.resolve);
      const server = elsewhere('await executor.start(spec);', spec, socket.path);
      await arrival.promise;
      server.kill('SIGKILL');
      await once(server, 'exit');
      await using executor = opened();
      assert.deepEqual(await executor.status(spec.dir), { state: 'absent' });
      await Promise.all([executor.start(spec), executor.start(spec)]);
      await exited(executor, spec.dir);
      assert.equal(await exitCode(executor, spec.dir), 0);
      assert.equal(await readFile(join(shared, `killed-${request.source.length}.txt`), 'utf8'), 'ran\n');
    });
  }

  test('kill -9 of the server while it runs: the next one adopts it, and its log has every line once', async () => {
    const spec = shell(
      'adopted',
      'trap "echo bye; exit 5" TERM; i=0; while :; do i=$((i+1)); echo line $i; sleep 0.01; done',
    );
    const server = elsewhere('await executor.start(spec); setInterval(() => {}, 1000);', spec);
    await printed(spec.dir, 'line 20\n');
    server.kill('SIGKILL');
    await once(server, 'exit');
    await using executor = opened();
    assert.equal((await executor.status(spec.dir)).state, 'running');
    await executor.start(spec);
    const seen = (await readFile(join(spec.dir, 'log'), 'utf8')).length;
    await eventually(async () => (await readFile(join(spec.dir, 'log'), 'utf8')).length > seen + 200 || undefined);
    const end = exited(executor, spec.dir);
    await executor.signal(spec.dir, 'SIGTERM');
    await end;
    assert.equal(await exitCode(executor, spec.dir), 5);
    const lines = (await readFile(join(spec.dir, 'log'), 'utf8')).trimEnd().split('\n');
    assert.equal(lines.pop(), 'bye');
    assert.deepEqual(
      lines,
      lines.map((_, i) => `line ${i + 1}`),
    );
  });

  test('kill -9 of the server, and it ends before the next one is there: status and log are collected', async () => {
    const spec = shell('meanwhile', 'echo first; while ! test -e /shared/go; do sleep 0.02; done; echo last; exit 4');
    const server = elsewhere('await executor.start(spec); setInterval(() => {}, 1000);', spec);
    await printed(spec.dir, 'first');
    server.kill('SIGKILL');
    await once(server, 'exit');
    await writeFile(join(shared, 'go'), '');
    const name = containerName(spec.dir);
    await eventually(async () =>
      (await engine.ask('ps', '--format', '{{.Names}}')).includes(name) ? undefined : true,
    );
    await using executor = opened();
    assert.equal(await exitCode(executor, spec.dir), 4);
    assert.equal(await readFile(join(spec.dir, 'log'), 'utf8'), 'first\nlast\n');
    assert.deepEqual(await engine.containers(), []);
  });

  test('kill -9 of the engine’s service: it runs on, and is collected when the service is back', async () => {
    await using executor = opened();
    const spec = shell('service', 'echo first; while ! test -e /shared/back; do sleep 0.02; done; echo last; exit 6');
    await executor.start(spec);
    await printed(spec.dir, 'first');
    await engine.kill();
    await assert.rejects(executor.status(spec.dir), { code: /ECONNREFUSED|ENOENT/ });
    await engine.serve();
    await writeFile(join(shared, 'back'), '');
    await exited(executor, spec.dir);
    assert.equal(await exitCode(executor, spec.dir), 6);
    assert.equal(await readFile(join(spec.dir, 'log'), 'utf8'), 'first\nlast\n');
  });

  test('its removal from outside: lost, and never started again', async () => {
    const spec = shell('gone', 'echo ran >> /shared/gone.txt; echo ready; sleep 1000');
    {
      await using executor = opened();
      await executor.start(spec);
      await printed(spec.dir, 'ready');
    }
    // While nobody looks: else its end would be seen before it is gone.
    await engine.remove(containerName(spec.dir));
    await using executor = opened();
    await exited(executor, spec.dir);
    assert.deepEqual(await executor.status(spec.dir), { state: 'lost' });
    await executor.start(spec);
    assert.deepEqual(await executor.status(spec.dir), { state: 'lost' });
    assert.equal(await readFile(join(shared, 'gone.txt'), 'utf8'), 'ran\n');
  });

  test('folders that went without their containers: the next server removes those, and no other’s', async () => {
    const mounts = [{ from: shared, to: '/in', writable: 'copy' as const }];
    const withVolume = { sandbox: { mounts, network: 'none' as const, hosts: {} } };
    const orphan = { ...shell('orphan', 'sleep 1000'), ...withVolume };
    const forgotten = { ...shell('forgotten', 'sleep 1000'), ...withVolume };
    const kept = shell('kept', 'sleep 1000');
    const foreign = 'somebody-elses';
    await engine.ask('run', '--detach', '--network', 'none', '--name', foreign, testImage, '/bin/sleep', '1000');
    {
      await using executor = opened();
      await executor.start(orphan);
      await executor.start(kept);
      await executor.start(forgotten);
    }
    // The server was killed after the container had gone and before its volume had.
    await engine.remove(containerName(forgotten.dir));
    await rm(forgotten.dir, { recursive: true });
    await rm(orphan.dir, { recursive: true });
    assert.equal((await engine.ask('volume', 'ls', '--quiet')).trim().split('\n').length, 2);
    await using executor = opened();
    await executor.start(kept);
    assert.deepEqual((await engine.containers()).sort(), [containerName(kept.dir), foreign]);
    assert.equal((await engine.ask('volume', 'ls', '--quiet')).trim(), '');
    await executor.remove(kept.dir);
    await engine.remove(foreign);
  });
});
