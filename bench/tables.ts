/**
 * PutItem and GetItem beside dynalite on disk, 16 connections, in the same run, interleaved round by round. Clary verifies signatures, authorizes and
 * flushes each write to the disk; dynalite does none of these.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { startPlatform } from './platform.ts';
import { median, printTable } from './table.ts';
import { type Figures, type Load, wrk } from './wrk.ts';

const seconds = Number(process.env.BENCH_SECONDS ?? 3);
const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const connections = 16;
const TableName = 'bench';
/** Different items, each signed once: a signature is good for a quarter of an hour. */
const keys = 1000;
const names = ['Clary', 'dynalite on disk'] as const;

export async function tables(): Promise<void> {
  await using platform = await startPlatform();
  const folder = await mkdtemp(join(tmpdir(), 'clary-bench-dynalite-'));
  const peer = await startDynalite(folder);
  try {
    const clients = [platform.url, peer.url].map((endpoint) => {
      const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = platform.environment;
      return new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId, secretAccessKey } });
    });
    for (const client of clients) await createTable(client);
    for (const [title, command] of [
      ['PutItem of 200 bytes', put],
      ['GetItem of 200 bytes', get],
    ] as const) {
      const loads = await Promise.all(clients.map((client) => signed(client, command)));
      await compare(title, loads);
    }
  } finally {
    peer.child.kill('SIGTERM');
    await rm(folder, { recursive: true, force: true });
  }
}

async function createTable(client: DynamoDBClient): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName,
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 2 }, { TableName });
}

const put = (id: string) =>
  new PutItemCommand({
    TableName,
    Item: { id: { S: id }, model: { S: 'xgboost' }, latency: { N: '12.5' }, input: { S: 'x'.repeat(150) } },
  });
const get = (id: string) => new GetItemCommand({ TableName, Key: { id: { S: id } } });

/** The requests as the SDK signs them. */
async function signed(client: DynamoDBClient, command: typeof put | typeof get): Promise<Load[]> {
  const loads: Load[] = [];
  const stop = new Error('signed');
  const { endpoint, region, credentials } = client.config;
  const at = await endpoint?.();
  const signer = new DynamoDBClient({
    endpoint: `${at?.protocol}//${at?.hostname}:${at?.port}`,
    region,
    credentials,
    maxAttempts: 1,
    requestHandler: {
      handle(request: { headers: Record<string, string>; body: Uint8Array | string }) {
        const { 'content-length': _, ...headers } = request.headers;
        const url = `${at?.protocol}//${at?.hostname}:${at?.port}/`;
        loads.push({ url, headers, body: Buffer.from(request.body).toString() });
        return Promise.reject(stop);
      },
    } as never,
  });
  for (let key = 0; key < keys; key++) await signer.send(command(`item ${key}`) as never).catch(() => {});
  return loads;
}

async function compare(title: string, loads: readonly Load[][]): Promise<void> {
  const measured: Figures[][] = loads.map(() => []);
  for (let round = 0; round < rounds; round++)
    for (const [at, load] of loads.entries()) measured[at]?.push(await wrk(load, connections, seconds));
  const of = (at: number, pick: (figures: Figures) => number) => median((measured[at] ?? []).map(pick));
  const peer = of(1, ({ perSecond }) => perSecond);
  console.log(`\n${title}, ${connections} connections, medians of ${rounds} rounds of ${seconds} s\n`);
  printTable(
    ['server', 'requests/s', 'share of dynalite', 'p50 ms', 'p99 ms', 'errors'],
    names.map((name, at) => [
      name,
      of(at, (f) => f.perSecond).toFixed(0),
      (of(at, (f) => f.perSecond) / peer).toFixed(2),
      of(at, (f) => f.p50Ms).toFixed(2),
      of(at, (f) => f.p99Ms).toFixed(2),
      String(of(at, (f) => f.errors)),
    ]),
  );
}

async function startDynalite(folder: string): Promise<{ child: ChildProcess; url: string }> {
  const port = await freePort();
  const program = fileURLToPath(import.meta.resolve('dynalite/cli.js'));
  const child = spawn(process.execPath, [program, '--port', String(port), '--path', folder, '--createTableMs', '0'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  for (;;) {
    const answered = await fetch(url).catch(() => undefined);
    if (answered?.ok) return { child, url };
    if (child.exitCode !== null) throw new Error(`dynalite ended with status ${child.exitCode}`);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
