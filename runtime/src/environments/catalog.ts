/** The environments that there are: one lock file each, runtime/environments/<name>.txt. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../cache-folder.ts';
import type { Variables } from '../python-index/wheel.ts';
import type { Interpreter } from './interpreter.ts';
import { CannotMake } from './uv.ts';

const locks = fileURLToPath(new URL('../../environments', import.meta.url));
/** pip itself, for a Python of the machine that has none. */
export const pipEnvironment = 'pip';

export async function environmentNames(): Promise<string[]> {
  const files = await readdir(locks);
  const names = files.flatMap((file) => /^(.+)\.txt$/.exec(file)?.[1] ?? []);
  return names.filter((name) => name !== pipEnvironment).sort();
}

export const lockFile = (name: string) => join(locks, `${name}.txt`);

/** Twelve hexadecimal digits are enough to tell the environments of one machine apart. */
export const hashOf = (...parts: readonly (string | Buffer)[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(createHash('sha256').update(part).digest());
  return hash.digest('hex').slice(0, 12);
};

/** An environment's name is derived from its lock file and its Python. */
export async function lockedHash(name: string, { executable, version }: Interpreter): Promise<string> {
  const lock = await readFile(lockFile(name), 'utf8').catch(async () => {
    throw new CannotMake(`there is no environment ${name}; there are: ${(await environmentNames()).join(', ')}`);
  });
  return hashOf(lock.replaceAll(/^#.*\n/gm, ''), executable, version);
}

export const environmentsFolder = (env: Variables) => join(cacheFolder(env), 'environments');

export const environmentFolder = (env: Variables, name: string, hash: string) =>
  join(environmentsFolder(env), `${name}-${hash}`);
