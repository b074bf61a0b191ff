/** A platform for a test: a server of its own, in a temporary folder, on a free port; in this process, or as a child that can be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../../server/src/config.ts';
import { findCgroups } from '../../server/src/engine/executors/cgroups.ts';
import { processExecutor } from '../../server/src/engine/executors/process.ts';
import type { Clock } from '../../server/src/kit/clock.ts';
import { createLog } from '../../server/src/kit/log.ts';
import { startServer } from '../../server/src/main.ts';
import { openDatabase, removeDatabase } from '../../server/src/open-database.ts';
import type { Database } from '../../server/src/storage/database.ts';
import { movedClock } from './moved-clock.ts';
import { type OrdinaryUser, ordinaryUser } from './ordinary-user.ts';
import { runEnd } from './runs.ts';

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

type ClientClass<Client> = new (config: {
  endpoint: string;
  region: string;
  credentials: Credentials;
  maxAttempts: number;
  forcePathStyle: boolean;
}) => Client;

export interface TestPlatform extends AsyncDisposable {
  readonly endpoint: string;
  readonly region: string;
  readonly account: string;
  readonly credentials: Credentials;
  readonly dataDir: string;
  /** What AWS SDKs and the AWS CLI read from the environment. */
  readonly environment: Record<string, string>;
  /** What it keeps, opened a second time: for looking at it, or for damaging it. */
  openDatabase(): Promise<Database>;
  /** An official SDK client of the administrator, without retries. */
  client<Client>(Constructor: ClientClass<Client>, extra?: object): Client;
}

export interface StartOptions {
  readonly flags?: readonly string[];
  /** Timers follow a time that the test moves. */
  readonly clock?: Pick<Clock, 'now'>;
}

/** With CLARY_TEST_DATABASE every platform of the tests keeps its metadata in that PostgreSQL database, each in a schema of its own. */
const postgres = process.env.CLARY_TEST_DATABASE;
export const onSqlite = !postgres;
const databaseOf = (dataDir: string) => (postgres ? `${postgres}?schema=${basename(dataDir).toLowerCase()}` : 'sqlite');
const silent = createLog('silent', () => {});

/** An account with nothing in it. */
const emptyAccount = '--no-execution-role';
const region = 'us-east-1';
const account = '000000000000';

function face(endpoint: string, dataDir: string, credentials: Credentials) {
  return {
    endpoint,
    region,
    account,
    credentials,
    dataDir,
    environment: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
    },
    openDatabase: () => openDatabase({ dataDir, database: databaseOf(dataDir) }, silent),
    client<Client>(Constructor: ClientClass<Client>, extra: object = {}): Client {
      return new Constructor({ endpoint, region, credentials, maxAttempts: 1, forcePathStyle: true, ...extra });
    },
  };
}

/** Jobs and models outlive their server: what is left of them ends with the test. */
export async function removeRuns(dataDir: string): Promise<void> {
  const executor = processExecutor({ log: silent });
  for (const file of await readdir(join(dataDir, 'runs'), { recursive: true }).catch(() => [])) {
    if (basename(file) !== 'claim') continue;
    const dir = join(dataDir, 'runs', dirname(file));
    await executor.signal(dir, 'SIGKILL');
    await runEnd(executor, dir);
  }
  const groups = await findCgroups(join(dataDir, 'runs'));
  if (typeof groups !== 'string') await groups.close();
}

async function removeWithRuns(dataDir: string): Promise<void> {
  await removeRuns(dataDir);
  await removeDatabase({ dataDir, database: databaseOf(dataDir) });
  await rm(dataDir, { recursive: true, force: true });
}

export interface OwnPlatform extends TestPlatform {
  /** Stops the server and starts it again on the same folder and port; `whileAway` happens between. */
  restart(whileAway?: () => void): Promise<void>;
}

export async function startPlatform({ flags = [], clock }: StartOptions = {}): Promise<OwnPlatform> {
  const dataDir = await mkdtemp(join(tmpdir(), 'clary-test-'));
  const config = readConfig(
    [
      '--data',
      dataDir,
      '--port',
      '0',
      '--log-level',
      'error',
      '--metrics-flush-ms',
      '100',
      '--table-metrics-flush-ms',
      '100',
      '--capture-flush-ms',
      '100',
      '--database',
      databaseOf(dataDir),
      emptyAccount,
      ...flags,
    ],
    process.env,
  );
  const moved = clock && movedClock(clock.now);
  let server = await startServer(config, moved);
  const port = Number(new URL(server.url).port);
  return {
    ...face(server.url, dataDir, server.credentials),
    async restart(whileAway = () => {}) {
      await server.stop();
      whileAway();
      server = await startServer({ ...config, port }, moved);
    },
    async [Symbol.asyncDispose]() {
      await server.stop();
      await removeWithRuns(dataDir);
    },
  };
}

export interface PlatformProcess extends TestPlatform {
  /** Ends the server as a power cut would end it; jobs and models continue. */
  kill9(): Promise<void>;
  /** Starts it again on the same folder and port. */
  restart(): Promise<void>;
}

const repository = fileURLToPath(new URL('../..', import.meta.url));
const itself: Pick<OrdinaryUser, 'words' | 'env' | 'place'> = {
  words: [],
  env: process.env,
  place: (file) => join(repository, file),
};

async function spawnServer(
  dataDir: string,
  port: string,
  flags: readonly string[],
  { words, env, place }: typeof itself,
): Promise<{ child: ChildProcess; url: string }> {
  const node = process.execPath;
  const [first = '', ...args] = [
    ...words,
    node.startsWith(repository) ? place(node.slice(repository.length)) : node,
    place('server/src/main.ts'),
    '--data',
    dataDir,
    '--port',
    port,
    '--log-level',
    'error',
    '--ready-json',
    '--metrics-flush-ms',
    '100',
    '--table-metrics-flush-ms',
    '100',
    '--capture-flush-ms',
    '100',
    '--database',
    databaseOf(dataDir),
    emptyAccount,
    ...flags,
  ];
  const child = spawn(first, args, { stdio: ['ignore', 'pipe', 'inherit'], env });
  const line = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the server ended with status ${code} before it was ready`)));
    createInterface({ input: child.stdout }).once('line', resolve);
  });
  return { child, url: (JSON.parse(line) as { url: string }).url };
}

export interface ServerProcess extends TestPlatform {
  readonly pid: number;
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
}

/** A server on a folder that it may share with others. `flags` name the database. */
export async function startServerProcess(dataDir: string, flags: readonly string[]): Promise<ServerProcess> {
  const { child, url } = await spawnServer(dataDir, '0', flags, itself);
  const { accessKeyId, secretAccessKey } = JSON.parse(
    await readFile(join(dataDir, 'credentials.json'), 'utf8'),
  ) as Credentials;
  const end = (signal: 'SIGKILL' | 'SIGTERM') => endProcess(child, signal);
  return {
    ...face(url, dataDir, { accessKeyId, secretAccessKey }),
    pid: child.pid ?? 0,
    end,
    [Symbol.asyncDispose]: () => end('SIGTERM'),
  };
}

async function endProcess(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}

export interface ProcessOptions extends Pick<StartOptions, 'flags'> {
  /** ordinary: never root. Else who runs the test. */
  readonly user?: 'ordinary' | undefined;
}

export async function startPlatformProcess({ flags = [], user }: ProcessOptions = {}): Promise<PlatformProcess> {
  const dataDir = await mkdtemp(join(tmpdir(), 'clary-test-'));
  const who = user === 'ordinary' ? await ordinaryUser(dataDir) : itself;
  let { child, url } = await spawnServer(dataDir, '0', flags, who);
  const end = (signal: 'SIGKILL' | 'SIGTERM') => endProcess(child, signal);
  const credentials = JSON.parse(await readFile(join(dataDir, 'credentials.json'), 'utf8')) as Credentials;
  return {
    ...face(url, dataDir, { accessKeyId: credentials.accessKeyId, secretAccessKey: credentials.secretAccessKey }),
    kill9: () => end('SIGKILL'),
    async restart() {
      ({ child, url } = await spawnServer(dataDir, new URL(url).port, flags, who));
    },
    async [Symbol.asyncDispose]() {
      await end('SIGTERM');
      await removeWithRuns(dataDir);
    },
  };
}
