/** The server with much in its store: how soon it answers after kill -9, and what it holds when nobody asks for anything. Medians. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { fillJobs } from './fill-jobs.ts';
import { ownResidentMiB, type Platform, startPlatform } from './platform.ts';
import { median, printTable } from './table.ts';

const objects = Number(process.env.BENCH_START_OBJECTS ?? 10_000);
const jobs = Number(process.env.BENCH_START_JOBS ?? 1000);
const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
/** After the last request, before memory is read. */
const idleMs = Number(process.env.BENCH_IDLE_MS ?? 10_000);
const putters = 16;
const Bucket = 'filled';

interface Memory {
  readonly rss: number;
  /** Pages that several processes share count in parts. */
  readonly pss: number;
}

async function memoryOf({ process: { pid = 0 } }: Platform): Promise<Memory> {
  await new Promise((resolve) => setTimeout(resolve, idleMs));
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  return { rss: await ownResidentMiB(pid), pss: Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1]) / 1024 };
}

async function putObjects({ url, environment }: Platform): Promise<void> {
  const client = new S3Client({
    endpoint: url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: {
      accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
    },
  });
  await client.send(new CreateBucketCommand({ Bucket }));
  const numbers = Array.from({ length: objects }, (_, i) => i).values();
  const putInTurn = async () => {
    for (const i of numbers)
      await client.send(new PutObjectCommand({ Bucket, Key: `folder-${i % 100}/${i}`, Body: 'x'.repeat(1024) }));
  };
  await Promise.all(Array.from({ length: putters }, putInTurn));
}

async function kill9(platform: Platform): Promise<void> {
  const ended = new Promise((resolve) => platform.process.once('exit', resolve));
  platform.process.kill('SIGKILL');
  await ended;
}

export async function start(): Promise<void> {
  const data = await mkdtemp(join(tmpdir(), 'clary-bench-start-'));
  try {
    await fillJobs({ dataDir: data, database: 'sqlite' }, jobs);
    const first = await startPlatform([], data);
    const empty = await memoryOf(first);
    await putObjects(first);
    const filled = await memoryOf(first);
    await kill9(first);
    const starts: number[] = [];
    const idle: Memory[] = [];
    for (let round = 0; round < rounds; round++) {
      const platform = await startPlatform([], data);
      starts.push(platform.startMs);
      idle.push(await memoryOf(platform));
      await kill9(platform);
    }
    const after = { rss: median(idle.map(({ rss }) => rss)), pss: median(idle.map(({ pss }) => pss)) };
    const memory = ({ rss, pss }: Memory) => `${rss.toFixed(0)} MiB RSS, ${pss.toFixed(0)} MiB PSS`;
    printTable(
      ['what', 'figure'],
      [
        [
          `first answer after kill -9, ${objects} objects and ${jobs} jobs (median of ${rounds})`,
          `${median(starts).toFixed(0)} ms`,
        ],
        [`idle memory after that (median of ${rounds})`, memory(after)],
        ['idle memory after the first start', memory(empty)],
        [`idle memory after ${objects} PutObject`, memory(filled)],
      ],
    );
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}
