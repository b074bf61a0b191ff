/** A PostgreSQL of a test's own: an empty cluster in a temporary folder, on a free port, run as an ordinary user, which PostgreSQL demands. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';

const bin = dirname(process.env.CLARY_TEST_POSTGRES ?? '/usr/lib/postgresql/15/bin/postgres');
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

  /** Answers what it said where it ended before it was ready. */
  async function launch(): Promise<string | undefined> {
    const settings = [`listen_addresses=127.0.0.1`, `unix_socket_directories=`, `port=${port}`, 'max_connections=100'];
    const started = spawn(join(bin, 'postgres'), ['-D', data, ...settings.flatMap((setting) => ['-c', setting])], {
      ...user,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child = started;
    let said = '';
    return new Promise((resolve) => {
      started.stderr.on('data', (text) => {
        said += text;
        if (said.includes('ready to accept connections')) resolve(undefined);
      });
      started.once('exit', () => resolve(said));
    });
  }

  async function start(): Promise<void> {
    for (;;) {
      const said = await launch();
      if (said === undefined) return;
      // After a kill it refuses to start until the processes that it left behind are gone.
      if (!said.includes('still in use')) throw new Error(`postgres ended: ${said}`);
    }
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
    kill9: () => end('SIGKILL'),
    start,
    async [Symbol.asyncDispose]() {
      await end('SIGINT');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
