/** For tests: the command line as a process, in an environment in which nothing of this machine's user is found. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./main.ts', import.meta.url));

export interface Installation extends Disposable {
  readonly dir: string;
  readonly env: Record<string, string>;
}

export function installation(): Installation {
  const dir = mkdtempSync(join(tmpdir(), 'clary-cli-'));
  const env = { PATH: '/usr/bin:/bin', HOME: dir, CLARY_LOG_LEVEL: 'warn' };
  return { dir, env, [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }) };
}

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
}

export const clary = (env: Record<string, string>, ...args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { env }, (error, out, errors) =>
      resolve({ code: Number(error?.code ?? 0), out, errors }),
    );
  });

/** `clary up` until it has printed `lines` lines. */
export async function up({ dir, env }: Installation, lines: number, ...args: string[]) {
  const data = ['--data', join(dir, 'data'), '--port', '0'];
  const child = spawn(process.execPath, [program, 'up', ...data, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  });
  const ended = once(child, 'close') as Promise<[code: number | null, signal: string | null]>;
  const out: string[] = [];
  const reader = createInterface({ input: child.stdout }).on('line', (line) => out.push(line));
  while (out.length < lines) await Promise.race([once(reader, 'line'), ended.then(() => assert.fail('it ended'))]);
  const end = async (signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL') => {
    child.kill(signal);
    return ended;
  };
  return { pid: child.pid, out, end, [Symbol.asyncDispose]: () => end('SIGKILL').then(() => {}) };
}
