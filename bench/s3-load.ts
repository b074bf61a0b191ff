/** Runs the load generator against one server and reads what it measured, and what memory the server took for it. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { built } from './go.ts';
import { type Platform, residentMiB } from './platform.ts';

const execute = promisify(execFile);

export interface Work {
  readonly mode: 'put' | 'get' | 'fill' | 'list';
  readonly prefix: string;
  readonly connections: number;
  readonly seconds?: number;
  readonly size?: number;
  readonly keys?: number;
}

export interface Figures {
  readonly requests: number;
  readonly errors: number;
  readonly keys: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuSeconds: number;
  /** What the server's process cost. Other work on the machine moves it less than it moves any rate. */
  readonly serverCpuSeconds: number;
  readonly memoryBefore: number;
  readonly memoryPeak: number;
}

let program: string | undefined;

export async function measure(server: Omit<Platform, 'startMs'>, work: Work): Promise<Figures> {
  program ??= built(new URL('./load/', import.meta.url));
  const pid = server.process.pid ?? 0;
  const memoryBefore = await residentMiB(pid);
  await forgetPeak(pid);
  const cpuBefore = await cpuSeconds(pid);
  const given = Object.entries(work).map(([name, value]) => `-${name}=${value}`);
  const { stdout } = await execute(program, [`-url=${server.url}`, ...given], { env: server.environment });
  const { error, ...figures } = JSON.parse(stdout) as Figures & { error?: string };
  if (error) console.error(`${figures.errors} of ${figures.requests} requests failed, the first with ${error}`);
  const serverCpuSeconds = (await cpuSeconds(pid)) - cpuBefore;
  return { ...figures, serverCpuSeconds, memoryBefore, memoryPeak: await peakMiB(pid) };
}

/** Source: proc(5), clear_refs: 5 makes the peak what is resident now. */
const forgetPeak = (pid: number) => writeFile(`/proc/${pid}/clear_refs`, '5');

async function peakMiB(pid: number): Promise<number> {
  return Number(/VmHWM:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024;
}

/** Source: proc(5), stat: utime and stime, in hundredths on every Linux that we know. */
async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(user) + Number(system)) / 100;
}
