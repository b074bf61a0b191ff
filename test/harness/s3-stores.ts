/** Stores of S3 that blobs are kept in by the tests: a Clary, and versitygw where it could be built. Each on a free port, over a temporary folder. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { until } from '../../examples/workflow/stage.ts';
import { startPlatformProcess } from './platform.ts';

export interface S3Store extends AsyncDisposable {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly client: S3Client;
  /** As a power cut would end it. */
  kill9(): Promise<void>;
  /** After kill9, on the same folder and port. */
  restart(): Promise<void>;
}

const region = 'us-east-1';

async function clary(): Promise<S3Store> {
  const platform = await startPlatformProcess();
  return { ...platform, region, client: platform.client(S3Client, { maxAttempts: 5 }) };
}

const program = process.env.CLARY_TEST_VERSITYGW;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function versitygw(): Promise<S3Store> {
  const folder = await mkdtemp(join(tmpdir(), 'clary-versitygw-'));
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const credentials = { accessKeyId: 'tests', secretAccessKey: 'a secret for tests' };
  const keys = ['--access', credentials.accessKeyId, '--secret', credentials.secretAccessKey];
  const words = [...keys, '--port', `127.0.0.1:${port}`, '--quiet', 'posix', folder];
  let child: ChildProcess;
  const start = async () => {
    child = spawn(program ?? '', words, { stdio: 'ignore' });
    await until('versitygw', () => fetch(endpoint).catch(() => undefined));
  };
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  };
  await start();
  return {
    endpoint,
    region,
    credentials,
    client: new S3Client({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 5 }),
    kill9: () => end('SIGKILL'),
    restart: start,
    async [Symbol.asyncDispose]() {
      await end('SIGTERM');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export const s3Stores = [
  { name: 'Clary', start: clary, skip: false as const },
  { name: 'versitygw', start: versitygw, skip: program === undefined && 'versitygw could not be built here' },
];

/** What `clary up` needs to keep its blobs there; the credentials are in a file of the folder. */
export async function blobsFlags({ endpoint, credentials }: S3Store, url: string, folder: string): Promise<string[]> {
  const file = join(folder, 'blobs-credentials.json');
  await writeFile(file, JSON.stringify(credentials), { mode: 0o600 });
  return ['--blobs', url, '--blobs-endpoint', endpoint, '--blobs-credentials', file];
}
