/** `clary up`: becomes the server, so that one process runs and signals reach it directly. The server itself checks the flags. */
import { spawn } from 'node:child_process';
import { serverProgram } from './server-program.ts';

export function up(args: readonly string[]): void {
  const command = [process.execPath, '--disable-warning=ExperimentalWarning', serverProgram, ...args];
  if (typeof process.execve === 'function' && process.platform !== 'win32') {
    process.removeAllListeners('warning');
    process.execve(process.execPath, command, process.env);
  }
  const child = spawn(process.execPath, command.slice(1), { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => process.exit(code ?? 1));
}
