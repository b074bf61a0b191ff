/** A platform as a user starts it: a process of its own, in a temporary folder, on a free port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Platform extends AsyncDisposable {
  readonly url: string;
  /** From exec to the ready line, in ms. */
  readonly startMs: number;
  readonly process: ChildProcess;
  /** What AWS SDKs read from the environment. */
  readonly environment: Record<string, string>;
}

const program = fileURLToPath(new URL('../cli/src/main.ts', import.meta.url));

/** On a folder of the caller's, which stays, or on one of its own. */
export async function startPlatform(flags: readonly string[] = [], folder?: string): Promise<Platform> {
  const data = folder ?? (await mkdtemp(join(tmpdir(), 'clary-bench-')));
  const started = performance.now();
  const child = spawn(
    process.execPath,
    [program, 'up', '--data', data, '--port', '0', '--log-level', 'warn', '--ready-json', ...flags],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const line = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the server ended with status ${code}`)));
    createInterface({ input: child.stdout }).once('line', resolve);
  });
  const { url } = JSON.parse(line) as { url: string };
  await fetch(`${url}/_clary/health`);
  const startMs = performance.now() - started;
  const credentials = JSON.parse(await readFile(join(data, 'credentials.json'), 'utf8'));
  return {
    url,
    startMs,
    process: child,
    environment: {
      AWS_ENDPOINT_URL: url,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_REGION: 'us-east-1',
    },
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      if (folder === undefined) await rm(data, { recursive: true, force: true });
    },
  };
}

const ownKiB = async (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''))?.[1] ?? 0);

/** Resident memory of a process without those that it started, in MiB. */
export const ownResidentMiB = async (pid: number) => (await ownKiB(pid)) / 1024;

/** Resident memory of a process and all its descendants, in MiB. */
export async function residentMiB(pid: number): Promise<number> {
  const children = new Map<number, number[]>();
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const own = async (id: number): Promise<number> => {
    const below = await Promise.all((children.get(id) ?? []).map(own));
    return (await ownKiB(id)) + below.reduce((sum, value) => sum + value, 0);
  };
  return (await own(pid)) / 1024;
}
