import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { clary, installation } from './example-installation.ts';

describe('clary doctor does', { concurrency: 2 }, () => {
  test('say all that is there', async () => {
    using here = installation();
    const cache = join(here.dir, '.cache/clary/xgboost-cpu-1.2.3/xgboost/lib');
    mkdirSync(cache, { recursive: true });
    writeFileSync(join(cache, 'libxgboost.so'), '');
    const { out } = await clary(here.env, 'doctor', '--port', '0');
    assert.match(out, new RegExp(`^ok {7}Node ${process.version}\n`));
    assert.match(out, new RegExp(`\nok {7}XGBoost's library: ${cache}/libxgboost.so\n`));
    assert.match(out, /\nok {7}disk space for data: \d+ GiB free at \/.*\/\.local\/share\/clary\n/);
    assert.match(out, /\n(ok {7}limits for jobs: version [12] at \/|missing {2}limits for jobs\n {11}impact: )/);
    assert.match(out, /\nok {7}port 0: free\n/);
  });

  test('prints what is missing, its impact and how to fix it; exits with 1 if a needed requirement is missing', async () => {
    using here = installation();
    const bin = join(here.dir, 'bin');
    mkdirSync(bin);
    const { code, out } = await clary({ ...here.env, PATH: bin }, 'doctor', '--port', '0');
    assert.equal(code, 1);
    assert.match(
      out,
      /\nMISSING {2}Python ≥ 3\.10\n {11}impact: XGBoost cannot be fetched; no training\n {11}fix: {4}apt-get install python3\n/,
    );
    assert.match(out, /\nMISSING {2}pip\n/);
    assert.match(out, /\nmissing {2}XGBoost's library\n {11}impact: /);
    assert.match(out, /\nmissing {2}bubblewrap\n/);
    const socket = join(here.dir, 'nobody.sock');
    const without = await clary({ ...here.env, CLARY_CONTAINER_SOCKET: socket }, 'doctor', '--port', '0');
    assert.match(
      without.out,
      new RegExp(
        `\nmissing {2}container engine\n {11}impact: .*nothing answers at ${socket}\\)\n {11}fix: {4}apt-get install podman`,
      ),
    );
    // A Python that is too old is none.
    writeFileSync(join(bin, 'python3'), '#!/bin/sh\necho 3.9.1\n');
    chmodSync(join(bin, 'python3'), 0o755);
    const old = await clary({ ...here.env, PATH: bin }, 'doctor', '--port', '0');
    assert.match(old.out, /\nMISSING {2}Python ≥ 3\.10\n/);
  });

  test('try what the kernel allows, and leave nothing behind', async () => {
    using here = installation();
    const data = join(here.dir, 'data');
    mkdirSync(data);
    const { out } = await clary(here.env, 'doctor', '--port', '0', '--data', data);
    assert.match(out, /\nok {7}bubblewrap: bubblewrap [\d.]+\n/);
    assert.match(out, /\nok {7}overlays: inputs of jobs are linked to\n/);
    assert.deepEqual(readdirSync(data), []);
    // A bubblewrap that may not make its walls is none.
    const bin = join(here.dir, 'bin');
    mkdirSync(bin);
    const program =
      '#!/bin/sh\n[ "$1" = --version ] && { echo bubblewrap 1.2.3; exit; }\necho bwrap: not for you >&2; exit 1\n';
    writeFileSync(join(bin, 'bwrap'), program);
    chmodSync(join(bin, 'bwrap'), 0o755);
    const forbidden = await clary({ ...here.env, PATH: `${bin}:${here.env.PATH}` }, 'doctor', '--port', '0');
    assert.match(
      forbidden.out,
      /\nmissing {2}bubblewrap\n {11}impact: .*\(bwrap: not for you\)\n {11}fix: {4}let users make/,
    );
  });

  test('say what limits the engine does not keep', async () => {
    using here = installation();
    const socket = join(here.dir, 'engine.sock');
    const answers: Record<string, object> = {
      '/version': { Version: '4.3.1' },
      '/info': { MemoryLimit: true, CpuCfsQuota: true, Rootless: true },
      '/v4.0.0/libpod/info': { host: { cgroupControllers: ['memory', 'pids'] } },
    };
    const engine = createHttpServer((request, response) => {
      const answer = answers[request.url ?? ''];
      response.statusCode = answer ? 200 : 404;
      response.end(JSON.stringify(answer ?? {}));
    }).listen(socket);
    await once(engine, 'listening');
    const env = { ...here.env, CLARY_CONTAINER_SOCKET: socket };
    const own = await clary(env, 'doctor', '--port', '0');
    assert.match(
      own.out,
      /\nmissing {2}limits of containers\n {11}impact: containers are not limited to their instances’ cores:/,
    );
    answers['/info'] = { MemoryLimit: true, CpuCfsQuota: true };
    const roots = await clary(env, 'doctor', '--port', '0');
    assert.match(roots.out, /\nok {7}limits of containers: memory and cores\n/);
    engine.close();
  });

  test('say which container engine answers, and none if another service does', async () => {
    using here = installation();
    const socket = join(here.dir, 'engine.sock');
    const answer = { Components: [{ Name: 'Podman Engine', Version: '4.3.1' }], Version: '4.3.1' };
    const engine = createHttpServer((request, response) => {
      response.statusCode = request.url === '/version' ? 200 : 404;
      response.end(JSON.stringify(answer));
    }).listen(socket);
    await once(engine, 'listening');
    const env = { ...here.env, DOCKER_HOST: `unix://${socket}` };
    const found = `ok {7}container engine: Podman Engine 4\\.3\\.1 at ${socket}\n`;
    assert.match((await clary(env, 'doctor', '--port', '0')).out, new RegExp(found));
    answer.Version = '';
    answer.Components = [];
    const other = await clary({ ...here.env, CLARY_CONTAINER_SOCKET: socket }, 'doctor', '--port', '0');
    assert.match(other.out, /\nmissing {2}container engine\n/);
    engine.close();
  });

  test('say a port that is taken, by flag or variable', async () => {
    using here = installation();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const missing = new RegExp(`\nmissing {2}port ${port}\n`);
    assert.match((await clary(here.env, 'doctor', '--port', String(port))).out, missing);
    assert.match((await clary({ ...here.env, CLARY_PORT: String(port) }, 'doctor')).out, missing);
    server.close();
  });
});
