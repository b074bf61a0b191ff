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

/** Several loads are sent in turn; they go to the first one's address. */
export async function wrk(load: Load | readonly Load[], connections: number, seconds: number): Promise<Figures> {
  const loads = 'url' in load ? [load] : load;
  const folder = await mkdtemp(join(tmpdir(), 'wrk-'));
  const script = join(folder, 'load.lua');
  await writeFile(script, loads.length === 1 ? scriptOf(loads[0] as Load) : scriptOfMany(loads));
  try {
    const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '-s', script, loads[0]?.url ?? ''];
    return figures((await execute('wrk', args)).stdout);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function scriptOf({ body, headers }: Load): string {
  const lines = Object.entries(headers).map(([name, value]) => `wrk.headers[${lua(name)}] = ${lua(value)}`);
  return [`wrk.method = "POST"`, `wrk.body = ${lua(body)}`, ...lines].join('\n');
}

/** The requests are made once, before the load. */
function scriptOfMany(loads: readonly Load[]): string {
  const requests = loads.map(({ body, headers }) => {
    const all = Object.entries(headers).map(([name, value]) => `[${lua(name)}] = ${lua(value)}`);
    return `{ ${lua(body)}, { ${all.join(', ')} } }`;
  });
  return [
    `local given = { ${requests.join(',\n')} }`,
    'local made, at = {}, 0',
    'function init() for i, one in ipairs(given) do made[i] = wrk.format("POST", "/", one[2], one[1]) end end',
    'function request() at = at % #made + 1 return made[at] end',
  ].join('\n');
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
