/** `clary down`: the server package's own program, which knows what runs in a data folder. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Arguments } from './command.ts';
import { installationOptions } from './installation.ts';
import { downProgram } from './server-program.ts';

export async function down(args: Arguments): Promise<void> {
  const socket = args.text('container-socket');
  const words = [
    ...['--data', installationOptions(args).dataFolder, '--log-level', 'warn'],
    ...(args.on('all') ? ['--all'] : []),
    ...(socket === undefined ? [] : ['--container-socket', socket]),
  ];
  const child = spawn(process.execPath, [downProgram, ...words], { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
}
