/** A Python with the peers' packages, made once in the user's cache folder. */
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export function pythonEnvironment(packages: readonly string[]): string {
  const cache = process.env.CLARY_CACHE_DIR ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'clary');
  const folder = join(cache, `bench-python-${packages.join('-').replace(/[^\w.-]/g, '_')}`);
  const python = join(folder, 'bin', 'python3');
  if (!existsSync(join(folder, 'complete'))) {
    execFileSync('python3', ['-m', 'venv', '--clear', folder], { stdio: 'inherit' });
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', ...packages], { stdio: 'inherit' });
    writeFileSync(join(folder, 'complete'), '');
  }
  return python;
}
