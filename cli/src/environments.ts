/** `clary environments`: the runtime's own command, in the cache that the server's jobs use, too. The CLI starts it as a process; it never imports it. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const runtimeProgram = fileURLToPath(new URL('./src/main.ts', import.meta.resolve('@clary/runtime/package.json')));

export async function environments(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [runtimeProgram, 'environments', ...args], { stdio: 'inherit' });
  // The terminal signals both; this one waits for the other's word.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  process.exitCode = await new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}
