/** Drives a server with wrk (Debian's package) and reads its figures. The load goes to this machine only and ends by itself. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface Load {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Figures {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly errors: number;
}

export async function wrk(load: Load, connections: number, seconds: number): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), 'wrk-'));
  const script = join(folder, 'load.lua');
  const headers = Object.entries(load.headers).map(([name, value]) => `wrk.headers[${lua(name)}] = ${lua(value)}`);
  await writeFile(script, [`wrk.method = "POST"`, `wrk.body = ${lua(load.body)}`, ...headers].join('\n'));
  try {
    const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '-s', script, load.url];
    return figures((await execute('wrk', args)).stdout);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const lua = (text: string) => JSON.stringify(text);

function figures(text: string): Figures {
  const ms = (percent: string) => {
    const [, value = '', unit = ''] = new RegExp(`${percent}%\\s+([\\d.]+)(us|ms|s)`).exec(text) ?? [];
    return Number(value) * ({ us: 0.001, ms: 1, s: 1000 }[unit] ?? Number.NaN);
  };
  const bad = Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0);
  const socket = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text)?.slice(1) ?? [];
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1] ?? Number.NaN),
    p50Ms: ms('50'),
    p99Ms: ms('99'),
    errors: bad + socket.reduce((sum, value) => sum + Number(value), 0),
  };
}
