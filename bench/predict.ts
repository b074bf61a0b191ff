/**
 * InvokeEndpoint, signed, one CSV row into a model of 100 trees of depth 6, beside a bare node:http server that answers 30 bytes and
 * FastAPI + uvicorn around xgboost, in the same run, interleaved round by round. Prints requests a second, the share of bare node, p50 and p99.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { deployModel, features } from './model.ts';
import { startPlatform } from './platform.ts';
import { pythonEnvironment } from './python.ts';
import { median, printTable } from './table.ts';
import { type Figures, type Load, wrk } from './wrk.ts';

const seconds = Number(process.env.BENCH_SECONDS ?? 3);
const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const row = features(7)
  .map((value) => value.toFixed(3))
  .join(',');

export async function predict(): Promise<void> {
  await using platform = await startPlatform();
  Object.assign(process.env, platform.environment);
  const { endpointName, bucket, key } = await deployModel();
  const folder = await mkdtemp(join(tmpdir(), 'clary-bench-peer-'));
  const children: ChildProcess[] = [];
  try {
    const bare = spawn(process.execPath, [fileURLToPath(new URL('./peers/bare-node.ts', import.meta.url))], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(bare);
    const barePort = await new Promise<string>((resolve) =>
      createInterface({ input: bare.stdout }).once('line', resolve),
    );
    const python = await startFastApi(folder, bucket, key);
    children.push(python.child);
    const contenders: Record<string, Load> = {
      'bare node:http, 30 bytes': { url: `http://127.0.0.1:${barePort}/`, headers: {}, body: row },
      'Clary, InvokeEndpoint signed': await signedInvocation(endpointName),
      'FastAPI + uvicorn + xgboost': { url: `http://127.0.0.1:${python.port}/invocations`, headers: {}, body: row },
    };
    for (const connections of [1, 16, 256]) await compare(contenders, connections);
  } finally {
    for (const child of children) child.kill('SIGTERM');
    await rm(folder, { recursive: true, force: true });
  }
}

async function compare(contenders: Record<string, Load>, connections: number): Promise<void> {
  const measured = new Map<string, Figures[]>(Object.keys(contenders).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, load] of Object.entries(contenders)) {
      measured.get(name)?.push(await wrk(load, connections, seconds));
    }
  }
  const of = (name: string, pick: (figures: Figures) => number) => median((measured.get(name) ?? []).map(pick));
  const floor = of('bare node:http, 30 bytes', (f) => f.perSecond);
  console.log(
    `\n${connections} connection${connections === 1 ? '' : 's'}, medians of ${rounds} rounds of ${seconds} s\n`,
  );
  printTable(
    ['server', 'requests/s', 'share of bare node', 'p50 ms', 'p99 ms', 'errors'],
    Object.keys(contenders).map((name) => [
      name,
      of(name, (f) => f.perSecond).toFixed(0),
      (of(name, (f) => f.perSecond) / floor).toFixed(3),
      of(name, (f) => f.p50Ms).toFixed(2),
      of(name, (f) => f.p99Ms).toFixed(2),
      String((measured.get(name) ?? []).reduce((sum, f) => sum + f.errors, 0)),
    ]),
  );
}

/** One request as the SDK signs it: a signature is good for a quarter of an hour, so wrk can repeat it. */
async function signedInvocation(endpointName: string): Promise<Load> {
  const client = new SageMakerRuntimeClient({ maxAttempts: 1 });
  let headers: Record<string, string> = {};
  client.middlewareStack.add(
    (next) => async (args) => {
      headers = { ...(args.request as { headers: Record<string, string> }).headers };
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low', name: 'keepHeaders' },
  );
  await client.send(new InvokeEndpointCommand({ EndpointName: endpointName, ContentType: 'text/csv', Body: row }));
  const { host: _, 'content-length': __, ...kept } = headers;
  const url = `${process.env.AWS_ENDPOINT_URL}/endpoints/${endpointName}/invocations`;
  return { url, headers: kept, body: row };
}

async function startFastApi(
  folder: string,
  bucket: string,
  key: string,
): Promise<{ child: ChildProcess; port: number }> {
  const python = pythonEnvironment(['fastapi', 'uvicorn', 'xgboost-cpu==3.2.0', 'numpy']);
  const archive = await new S3Client({ forcePathStyle: true }).send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  await writeFile(join(folder, 'model.tar.gz'), (await archive.Body?.transformToByteArray()) ?? new Uint8Array());
  execFileSync('tar', ['-xzf', 'model.tar.gz'], { cwd: folder });
  const port = await freePort();
  const program = fileURLToPath(new URL('./peers/fastapi_xgboost.py', import.meta.url));
  execFileSync('cp', [join(folder, 'xgboost-model'), join(folder, 'model.ubj')]);
  const child = spawn(python, [program, join(folder, 'model.ubj'), String(port)], { stdio: 'inherit' });
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/invocations`, { method: 'POST', body: row }).catch(
      () => undefined,
    );
    if (answer?.ok) return { child, port };
    if (child.exitCode !== null) throw new Error('the FastAPI peer did not start');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
