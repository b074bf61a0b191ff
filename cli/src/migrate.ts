/** `clary migrate`: the server package's own program, which knows the databases. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Arguments, UsageError } from './command.ts';
import { installationOptions } from './installation.ts';
import { migrateProgram } from './server-program.ts';

export async function migrate(args: Arguments): Promise<void> {
  const to = args.text('to');
  if (to === undefined) throw new UsageError('--to is missing: sqlite, or postgres://user@host:5432/database');
  const words = ['--data', installationOptions(args).dataFolder, '--from', args.text('from') ?? 'sqlite', '--to', to];
  const child = spawn(process.execPath, [migrateProgram, ...words], { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
}
