/** A PostgreSQL of a test's own: an empty cluster in a temporary folder, on a free port, run as an ordinary user, which PostgreSQL demands. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';

const bin = process.env.CLARY_TEST_POSTGRES ?? '/usr/lib/postgresql/15/bin';
const nobody = 65534;
const run = promisify(execFile);

export interface TestPostgres extends AsyncDisposable {
  /** A new, empty database. */
  create(): Promise<string>;
  /** As a power cut would end it. */
  kill9(): Promise<void>;
  /** After kill9, on the same folder and port. */
  start(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function startPostgres(): Promise<TestPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'clary-postgres-'));
  const user = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
  if (user.uid) await chown(folder, nobody, nobody);
  const data = join(folder, 'data');
  const encoding = ['--encoding=UTF8', '--locale=C.UTF-8'];
  await run(join(bin, 'initdb'), ['-D', data, '-U', 'clary', '--auth=trust', ...encoding, '--no-sync'], user);
  const port = await freePort();
  const url = (database: string) => `postgres://clary@127.0.0.1:${port}/${database}`;
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const settings = [`listen_addresses=127.0.0.1`, `unix_socket_directories=`, `port=${port}`, 'max_connections=100'];
    child = spawn(join(bin, 'postgres'), ['-D', data, ...settings.flatMap((setting) => ['-c', setting])], {
      ...user,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    await new Promise<void>((resolve, reject) => {
      child?.stderr?.on('data', (text) => {
        said += text;
        if (said.includes('ready to accept connections')) resolve();
      });
      child?.once('exit', () => reject(new Error(`postgres ended: ${said}`)));
    });
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child?.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  await start();
  let count = 0;
  return {
    async create() {
      const client = new Client(url('postgres'));
      await client.connect();
      const name = `test_${++count}`;
      await client.query(`create database ${name}`);
      await client.end();
      return url(name);
    },
    async kill9() {
      // Its processes notice the postmaster's end by themselves and go.
      await end('SIGKILL');
      await rm(join(data, 'postmaster.pid'), { force: true });
    },
    start,
    async [Symbol.asyncDispose]() {
      await end('SIGINT');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
