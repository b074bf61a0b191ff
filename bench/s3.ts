/**
 * Object storage beside versitygw, in the same run, interleaved round by round: small and large objects up and down, and listings page by page.
 * BENCH_S3_KEYS shrinks the million keys of the long listing, BENCH_S3_ONLY names what to measure (put-small, get-small, put-large, get-large, list).
 */
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { startVersitygw } from './peers/versitygw.ts';
import { type Platform, startPlatform } from './platform.ts';
import { type Figures, measure, type Work } from './s3-load.ts';
import { median, printTable } from './table.ts';

const seconds = Number(process.env.BENCH_SECONDS ?? 3);
const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const manyKeys = Number(process.env.BENCH_S3_KEYS ?? 1_000_000);
const only = process.env.BENCH_S3_ONLY?.split(',');

const small = 1024;
const large = 64 * 1024 * 1024;
const reference = 'versitygw --keep-alive';

type Server = Omit<Platform, 'startMs'>;
type Servers = Readonly<Record<string, Server>>;

export async function s3(): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const servers: Servers = {
    'Clary --durability power': stack.use(await startPlatform(['--durability', 'power'])),
    'Clary --durability process': stack.use(await startPlatform(['--durability', 'process'])),
    versitygw: stack.use(await startVersitygw([])),
    [reference]: stack.use(await startVersitygw(['--keep-alive'])),
  };
  for (const server of Object.values(servers)) await createBucket(server);
  const steps: Record<string, () => Promise<void>> = {
    'put-small': () => putSmall(servers),
    'get-small': () => getSmall(servers),
    'put-large': () => putLarge(servers),
    'get-large': () => getLarge(servers),
    list: () => lists(servers),
  };
  for (const [name, step] of Object.entries(steps)) if (!only || only.includes(name)) await step();
}

async function createBucket({ environment, url }: Server): Promise<void> {
  const credentials = {
    accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
  };
  const client = new S3Client({ endpoint: url, region: 'us-east-1', credentials, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: 'bench' }));
  client.destroy();
}

const perSecond = ({ requests, seconds: taken }: Figures) => requests / taken;
const megabytes = ({ bytes, seconds: taken }: Figures) => bytes / 1e6 / taken;
const keysPerSecond = ({ keys, seconds: taken }: Figures) => keys / taken;

const putSmall = (servers: Servers) =>
  compare('PUT of 1 KiB, 16 connections, every key a new one', servers, 'requests/s', perSecond, (round) => ({
    mode: 'put',
    prefix: `put-${round}`,
    connections: 16,
    seconds,
    size: small,
  }));

async function getSmall(servers: Servers): Promise<void> {
  await fill(servers, { prefix: 'small', size: small, keys: 1000, connections: 16 });
  const work: Work = { mode: 'get', prefix: 'small', connections: 16, seconds, keys: 1000 };
  await compare('GET of 1 KiB, 16 connections, of a thousand keys', servers, 'requests/s', perSecond, () => work);
}

const putLarge = (servers: Servers) =>
  compare('PUT of 64 MiB, 2 connections', servers, 'MB/s', megabytes, () => ({
    mode: 'put',
    prefix: 'large',
    connections: 2,
    seconds,
    size: large,
  }));

async function getLarge(servers: Servers): Promise<void> {
  await fill(servers, { prefix: 'large', size: large, keys: 4, connections: 2 });
  const work: Work = { mode: 'get', prefix: 'large', connections: 2, seconds, keys: 4 };
  await compare('GET of 64 MiB, 2 connections, of four keys', servers, 'MB/s', megabytes, () => work);
}

/** Neither the flushing of writes nor closed connections change a listing: one of each kind is enough. */
async function lists({ 'Clary --durability process': clary, [reference]: peer }: Servers): Promise<void> {
  if (!clary || !peer) return;
  const servers = { 'Clary --durability process': clary, [reference]: peer };
  for (const keys of [10_000, manyKeys]) {
    const prefix = `list-${keys}`;
    await fill(servers, { prefix, size: 1, keys, connections: 32 });
    // Whoever is slow lists for so long and no longer: what counts is keys a second.
    const work: Work = { mode: 'list', prefix, connections: 1, seconds: Math.max(seconds * 10, 30) };
    await compare(
      `Listing ${keys.toLocaleString('en')} keys by thousands`,
      servers,
      'keys/s',
      keysPerSecond,
      () => work,
    );
  }
}

async function fill(servers: Servers, what: Omit<Work, 'mode'>): Promise<void> {
  for (const [name, server] of Object.entries(servers)) {
    const { requests, errors, seconds: taken } = await measure(server, { ...what, mode: 'fill' });
    if (errors > 0) throw new Error(`${name} could not be filled`);
    if (requests >= 10_000) console.log(`\n${name}: ${requests} keys made, ${(requests / taken).toFixed(0)} a second`);
  }
}

async function compare(
  title: string,
  servers: Servers,
  unit: string,
  rate: (figures: Figures) => number,
  work: (round: number) => Work,
): Promise<void> {
  const measured = new Map<string, Figures[]>(Object.keys(servers).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, server] of Object.entries(servers)) measured.get(name)?.push(await measure(server, work(round)));
  }
  const of = (name: string, pick: (figures: Figures) => number) => median((measured.get(name) ?? []).map(pick));
  console.log(`\n${title}, medians of ${rounds}\n`);
  printTable(
    [
      'server',
      unit,
      `× ${reference}`,
      'p50 ms',
      'p99 ms',
      'CPU ms each',
      'MiB before',
      'MiB peak',
      "load's CPU",
      'errors',
    ],
    Object.keys(servers).map((name) => [
      name,
      of(name, rate).toFixed(0),
      (of(name, rate) / of(reference, rate)).toFixed(2),
      of(name, (f) => f.p50Ms).toFixed(2),
      of(name, (f) => f.p99Ms).toFixed(2),
      of(name, (f) => (f.serverCpuSeconds / f.requests) * 1000).toFixed(2),
      of(name, (f) => f.memoryBefore).toFixed(0),
      of(name, (f) => f.memoryPeak).toFixed(0),
      `${((of(name, (f) => f.cpuSeconds) / of(name, (f) => f.seconds)) * 100).toFixed(0)} %`,
      String((measured.get(name) ?? []).reduce((sum, f) => sum + f.errors, 0)),
    ]),
  );
}
