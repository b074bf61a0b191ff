import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import packageJson from '../package.json' with { type: 'json' };
import { usage } from './usage.ts';

const program = fileURLToPath(new URL('./main.ts', import.meta.url));

interface Place extends Disposable {
  readonly dir: string;
  /** An environment in which nothing of this machine's user is found. */
  readonly env: Record<string, string>;
}

function place(): Place {
  const dir = mkdtempSync(join(tmpdir(), 'clary-cli-'));
  const env = { PATH: process.env.PATH ?? '', HOME: dir, CLARY_LOG_LEVEL: 'warn' };
  return { dir, env, [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }) };
}

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
}

const clary = (env: Record<string, string>, ...args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { env }, (error, out, errors) =>
      resolve({ code: Number(error?.code ?? 0), out, errors }),
    );
  });

/** `clary up` until it has printed `lines` lines. */
async function up({ dir, env }: Place, lines: number, ...args: string[]) {
  const data = ['--data', join(dir, 'data'), '--port', '0'];
  const child = spawn(process.execPath, [program, 'up', ...data, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  });
  const ended = once(child, 'close') as Promise<[code: number | null, signal: string | null]>;
  const out: string[] = [];
  const reader = createInterface({ input: child.stdout }).on('line', (line) => out.push(line));
  while (out.length < lines) await Promise.race([once(reader, 'line'), ended.then(() => assert.fail('it ended'))]);
  const end = async (signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL') => {
    child.kill(signal);
    return ended;
  };
  return { pid: child.pid, out, end, [Symbol.asyncDispose]: () => end('SIGKILL').then(() => {}) };
}

const stored = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: "it's/+secret" };

function started(here: Place, more: object = {}): string {
  const data = join(here.dir, 'data');
  mkdirSync(data);
  writeFileSync(join(data, 'credentials.json'), JSON.stringify({ ...stored, ...more }));
  return data;
}

describe('clary does', { concurrency: 2 }, () => {
  test('print its usage, and its version', async () => {
    using here = place();
    for (const args of [[], ['help'], ['--help'], ['-h']])
      assert.deepEqual(await clary(here.env, ...args), { code: 0, out: `${usage}\n`, errors: '' });
    assert.equal((await clary(here.env, '--version')).out, `${packageJson.version}\n`);
  });

  test('env: lines that a shell takes as they are meant', async () => {
    using here = place();
    const data = started(here, { endpoint: 'http://127.0.0.1:7001', region: 'eu-west-1' });
    const { code, out } = await clary(here.env, 'env', '--data', data);
    assert.equal(code, 0);
    assert.equal(
      out,
      `export AWS_ENDPOINT_URL='http://127.0.0.1:7001'
export AWS_ACCESS_KEY_ID='AKIAEXAMPLE'
export AWS_SECRET_ACCESS_KEY='it'\\''s/+secret'
export AWS_REGION='eu-west-1'
export AWS_DEFAULT_REGION='eu-west-1'
`,
    );
    const shell = spawn('sh', ['-c', `${out}printf %s "$AWS_SECRET_ACCESS_KEY"`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    assert.equal(String((await once(shell.stdout, 'data'))[0]), stored.secretAccessKey);
  });

  test('env --json, and --port before what is stored', async () => {
    using here = place();
    const data = started(here, { endpoint: 'http://127.0.0.1:7001', region: 'eu-west-1' });
    const { out } = await clary(here.env, 'env', '--json', '--port', '7002', '--data', data);
    assert.deepEqual(JSON.parse(out), {
      AWS_ENDPOINT_URL: 'http://127.0.0.1:7002',
      AWS_ACCESS_KEY_ID: stored.accessKeyId,
      AWS_SECRET_ACCESS_KEY: stored.secretAccessKey,
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
    });
  });

  test('env: look where `clary up` with the same variables keeps its data', async () => {
    using here = place();
    const data = started(here);
    assert.match((await clary({ ...here.env, CLARY_DATA: data }, 'env')).out, /'AKIAEXAMPLE'/);
    mkdirSync(join(here.dir, '.local/share'), { recursive: true });
    symlinkSync(data, join(here.dir, '.local/share/clary'));
    assert.match((await clary(here.env, 'env')).out, /'AKIAEXAMPLE'/);
  });

  test('doctor: all that is there', async () => {
    using here = place();
    const cache = join(here.dir, '.cache/clary/xgboost-cpu-1.2.3/xgboost/lib');
    mkdirSync(cache, { recursive: true });
    writeFileSync(join(cache, 'libxgboost.so'), '');
    const { out } = await clary(here.env, 'doctor', '--port', '0');
    assert.match(out, new RegExp(`^ok {7}Node ${process.version}\n`));
    assert.match(out, new RegExp(`\nok {7}XGBoost's library: ${cache}/libxgboost.so\n`));
    assert.match(out, /\nok {7}disk space for data: \d+ GiB free at \/.*\/\.local\/share\/clary\n/);
    assert.match(out, /\nok {7}port 0: free\n/);
  });

  test('doctor: what is missing, what that costs and how to mend it; status 1 where nothing works without it', async () => {
    using here = place();
    const bin = join(here.dir, 'bin');
    mkdirSync(bin);
    const { code, out } = await clary({ ...here.env, PATH: bin }, 'doctor', '--port', '0');
    assert.equal(code, 1);
    assert.match(
      out,
      /\nMISSING {2}Python ≥ 3\.10\n {11}costs: XGBoost cannot be fetched; no training\n {11}mend: {2}apt-get install python3\n/,
    );
    assert.match(out, /\nMISSING {2}pip\n/);
    assert.match(out, /\nmissing {2}XGBoost's library\n {11}costs: /);
    assert.match(out, /\nmissing {2}bubblewrap\n/);
    // A Python that is too old is none.
    writeFileSync(join(bin, 'python3'), '#!/bin/sh\necho 3.9.1\n');
    chmodSync(join(bin, 'python3'), 0o755);
    const old = await clary({ ...here.env, PATH: bin }, 'doctor', '--port', '0');
    assert.match(old.out, /\nMISSING {2}Python ≥ 3\.10\n/);
  });

  test('doctor: a port that is taken, by flag or variable', async () => {
    using here = place();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const missing = new RegExp(`\nmissing {2}port ${port}\n`);
    assert.match((await clary(here.env, 'doctor', '--port', String(port))).out, missing);
    assert.match((await clary({ ...here.env, CLARY_PORT: String(port) }, 'doctor')).out, missing);
    server.close();
  });
});

describe('clary up does', { concurrency: 2 }, () => {
  test('say where it answers and how to use it, and end with 0 by Ctrl-C', async () => {
    using here = place();
    await using server = await up(here, 6);
    const data = join(here.dir, 'data');
    const [url = ''] = /http:\S+$/.exec(server.out[0] ?? '') ?? [];
    assert.deepEqual(server.out, [
      `Clary ${packageJson.version} answers at ${url}`,
      '  region       us-east-1',
      '  account      000000000000',
      `  credentials  ${join(data, 'credentials.json')} (readable by you only)`,
      '',
      `  eval "$(npx clary env --data ${data})"    then any AWS client works; Ctrl-C stops`,
    ]);
    const health = await fetch(`${url}/_clary/health`);
    assert.deepEqual(await health.json(), { status: 'ok', version: packageJson.version });
    const { out } = await clary(here.env, 'env', '--json', '--data', data);
    assert.equal(JSON.parse(out).AWS_ENDPOINT_URL, url);
    assert.deepEqual(await server.end('SIGINT'), [0, null]);
  });

  test('be the server itself, so that signals reach it', async () => {
    using here = place();
    await using server = await up(here, 1, '--ready-json');
    const lock = readFileSync(join(here.dir, 'data', 'server.lock'), 'utf8');
    assert.equal(lock.split(' ')[0], String(server.pid));
    assert.deepEqual(await server.end('SIGTERM'), [0, null]);
  });
});

describe('clary refuses', { concurrency: 2 }, () => {
  test('a command that is none: status 2 and the usage', async () => {
    using here = place();
    assert.deepEqual(await clary(here.env, 'dance'), {
      code: 2,
      out: '',
      errors: `clary: there is no command "dance"\n\n${usage}\n`,
    });
  });

  test('flags that are none: status 2 and the usage', async () => {
    using here = place();
    for (const command of ['env', 'doctor', 'demo'])
      assert.deepEqual(await clary(here.env, command, '--colour'), {
        code: 2,
        out: '',
        errors: `clary ${command}: Unknown option '--colour'\n\n${usage}\n`,
      });
  });

  test('env where nothing has been started, with the way out', async () => {
    using here = place();
    const data = join(here.dir, 'data');
    assert.deepEqual(await clary(here.env, 'env', '--data', data), {
      code: 1,
      out: '',
      errors: `clary env: no platform has been started in ${data} yet (${join(data, 'credentials.json')} is missing): run \`npx clary up\` first, or name its folder with --data\n`,
    });
  });

  test('env where the file cannot be read', async () => {
    using here = place();
    const file = join(started(here), 'credentials.json');
    writeFileSync(file, '{');
    const broken = await clary(here.env, 'env', '--data', join(here.dir, 'data'));
    assert.deepEqual([broken.code, broken.out], [1, '']);
    assert.ok(broken.errors.startsWith(`clary env: ${file} is no JSON: `), broken.errors);
    rmSync(file);
    mkdirSync(file);
    const folder = await clary(here.env, 'env', '--data', join(here.dir, 'data'));
    assert.ok(folder.errors.startsWith(`clary env: ${file} cannot be read: EISDIR`), folder.errors);
  });

  test('values that cannot be', async () => {
    using here = place();
    const port = await clary(here.env, 'doctor', '--port', 'http');
    assert.deepEqual(
      [port.code, port.errors],
      [1, 'clary doctor: --port must be a whole number up to 65535, not "http"\n'],
    );
    const data = await clary(here.env, 'env', '--data', '');
    assert.deepEqual([data.code, data.errors], [1, 'clary env: --data must not be empty\n']);
  });

  test('up with settings that cannot be: one line, status 1', async () => {
    using here = place();
    const { code, out, errors } = await clary(here.env, 'up', '--port', 'http');
    assert.deepEqual([code, out, errors], [1, '', 'clary: --port must be a whole number, not "http"\n']);
  });

  test('up on a port that is taken', async () => {
    using here = place();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const { code, errors } = await clary(here.env, 'up', '--data', join(here.dir, 'data'), '--port', String(port));
    server.close();
    assert.equal(code, 1);
    assert.match(errors, new RegExp(`^clary: .*EADDRINUSE.*127\\.0\\.0\\.1:${port}\n$`));
  });

  test('a second server in the same folder', async () => {
    using here = place();
    await using server = await up(here, 1, '--ready-json');
    const data = join(here.dir, 'data');
    const { code, out, errors } = await clary(here.env, 'up', '--data', data, '--port', '0');
    assert.deepEqual([code, out], [1, '']);
    assert.equal(
      errors,
      `clary: another server (process ${server.pid}) uses ${data}: stop it, or choose another folder with --data\n`,
    );
  });
});
