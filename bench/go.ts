/** Programs made by Go, once, in the user's cache folder. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = () =>
  join(
    process.env.CLARY_CACHE_DIR ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'clary'),
    'bench-go',
  );

export function installed(module: string, version: string): string {
  const bin = join(folder(), version);
  const program = join(bin, module.split('/').at(-1) ?? '');
  if (existsSync(program)) return program;
  console.log(`Building ${module}@${version} …`);
  execFileSync('go', ['install', `${module}@${version}`], { env: { ...process.env, GOBIN: bin }, stdio: 'inherit' });
  return program;
}

/** Built anew each time, from Go's own cache: what runs is what the folder holds. */
export function built(source: URL): string {
  mkdirSync(folder(), { recursive: true });
  const program = join(folder(), 's3load');
  execFileSync('go', ['build', '-o', program, '.'], { cwd: fileURLToPath(source), stdio: 'inherit' });
  return program;
}
