import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import packageJson from '../package.json' with { type: 'json' };
import { clary, installation, up } from './example-installation.ts';

describe('clary up does', { concurrency: 2 }, () => {
  test('say where it answers and how to use it, and end with 0 by Ctrl-C', async () => {
    using here = installation();
    await using server = await up(here, 6);
    const data = join(here.dir, 'data');
    const [url = ''] = /http:\S+$/.exec(server.out[0] ?? '') ?? [];
    assert.deepEqual(server.out, [
      `Clary ${packageJson.version} answers at ${url}`,
      '  region       us-east-1',
      '  account      000000000000',
      `  credentials  ${join(data, 'credentials.json')} (readable by you only)`,
      `  TLS          ${url.replace('http:', 'https:')}, certified by ${join(data, 'tls', 'ca.pem')}`,
      '',
      `  eval "$(npx clary env --data ${data})"    then any AWS client works; Ctrl-C stops`,
    ]);
    const health = await fetch(`${url}/_clary/health`);
    assert.deepEqual(await health.json(), { status: 'ok', version: packageJson.version });
    const { out } = await clary(here.env, 'env', '--json', '--data', data);
    assert.equal(JSON.parse(out).AWS_ENDPOINT_URL, url);
    assert.deepEqual(await server.end('SIGINT'), [0, null]);
  });
});

describe('clary up survives', () => {
  test('signals while it stops: the request that has begun is answered, nothing new is taken', async () => {
    using here = installation();
    await using server = await up(here, 1, '--ready-json');
    const port = Number(new URL(JSON.parse(server.out[0] ?? '').url).port);
    const client = connect(port, '127.0.0.1');
    const health = 'GET /_clary/health HTTP/1.1\r\nHost: localhost\r\n\r\n';
    // The half comes with a whole one: once that is answered, the half has been read, too.
    client.write(health + health.slice(0, 20));
    assert.match(String((await once(client, 'data'))[0]), /^HTTP\/1\.1 200 /);
    const ended = server.end('SIGTERM');
    await closed(port);
    void server.end('SIGTERM');
    void server.end('SIGINT');
    client.write(health.slice(20));
    assert.match(String((await once(client, 'data'))[0]), /^HTTP\/1\.1 200 /);
    client.destroy();
    assert.deepEqual(await ended, [0, null]);
  });
});

/** Until nobody is let in there any more. */
async function closed(port: number): Promise<void> {
  for (;;) {
    const attempt = connect(port, '127.0.0.1');
    const isIn = await Promise.race([
      once(attempt, 'connect').then(() => true),
      once(attempt, 'error').then(() => false),
    ]).catch(() => false);
    attempt.destroy();
    if (!isIn) return;
  }
}

describe('clary up refuses', { concurrency: 2 }, () => {
  test('up with settings that cannot be: one line, status 1', async () => {
    using here = installation();
    const { code, out, errors } = await clary(here.env, 'up', '--port', 'http');
    assert.deepEqual([code, out, errors], [1, '', 'clary up: --port must be a whole number, not "http"\n']);
  });

  test('up on a port that is taken', async () => {
    using here = installation();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const { code, errors } = await clary(here.env, 'up', '--data', join(here.dir, 'data'), '--port', String(port));
    server.close();
    assert.equal(code, 1);
    assert.match(
      errors,
      new RegExp(
        `^clary up: port ${port} of 127\\.0\\.0\\.1 is taken: it is held by process ${process.pid} \\(.+\\)\nStart with --port 0 .*\n$`,
      ),
    );
  });

  test('up in a folder that cannot be written, at once', async () => {
    using here = installation();
    for (const data of ['/proc/clary', '/dev/null/clary']) {
      const { code, errors } = await clary(here.env, 'up', '--data', data, '--port', '0');
      assert.equal(code, 1);
      assert.match(
        errors,
        new RegExp(`^clary up: the data folder ${data} cannot be written \\(E.+\\)\n.*--data\\.\n$`),
      );
    }
  });

  test('a second server in the same folder, by the first one’s process: it is the command itself', async () => {
    using here = installation();
    await using server = await up(here, 1, '--ready-json');
    const data = join(here.dir, 'data');
    const { code, out, errors } = await clary(here.env, 'up', '--data', data, '--port', '0');
    assert.deepEqual([code, out], [1, '']);
    assert.equal(
      errors,
      `clary up: another server (process ${server.pid}) uses ${data}: stop it, or choose another folder with --data\n`,
    );
    assert.deepEqual(await server.end('SIGTERM'), [0, null]);
  });
});
