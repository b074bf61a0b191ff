/**
 * A complete environment: a folder of the cache that never changes, whose environment.json describes how a job uses it. It is created in a temporary folder and
 * renamed when it is complete: a kill leaves no incomplete environment, and of two concurrent creations one wins.
 */
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Interpreter } from './interpreter.ts';

export interface Environment {
  readonly name: string;
  readonly hash: string;
  /** Of the Python. */
  readonly version: string;
  /** A virtual environment that sees everything of this one: a run copies it and may install into its copy what it likes. */
  readonly overlay: string;
  /** What a run must see, read-only. */
  readonly places: readonly string[];
  /** Folders of programs. */
  readonly path: readonly string[];
  readonly sitePackages: readonly string[];
  /** By name in lower case with hyphens. */
  readonly packages: Readonly<Record<string, string>>;
  readonly executable: string;
  readonly systemSitePackages: boolean;
}

const description = 'environment.json';

export async function findEnvironment(folder: string): Promise<Environment | undefined> {
  const text = await readFile(join(folder, description), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Environment);
}

/** Answers what is at `folder`; where nothing is, makes it by `fill`, which is given the folder that will be renamed. */
export async function made(folder: string, fill: (work: string) => Promise<Environment>): Promise<Environment> {
  const found = await findEnvironment(folder);
  if (found) return found;
  await mkdir(dirname(folder), { recursive: true });
  const work = await mkdtemp(join(dirname(folder), `making-${basename(folder)}-`));
  try {
    const environment = await fill(work);
    await writeFile(join(work, description), JSON.stringify(environment, null, 2));
    await rename(work, folder).catch(async (error) => {
      if (!(await findEnvironment(folder))) throw error;
    });
    return (await findEnvironment(folder)) ?? environment;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const minorOf = (version: string) => version.split('.').slice(0, 2).join('.');

export const sitePackagesOf = (prefix: string, version: string): string =>
  join(prefix, 'lib', `python${minorOf(version)}`, 'site-packages');

/** A virtual environment of a few files that sees the site-packages named, in this order, after its own. */
export async function writeOverlay(
  prefix: string,
  { executable, version }: Pick<Interpreter, 'executable' | 'version'>,
  sitePackages: readonly string[],
  systemSitePackages: boolean,
): Promise<void> {
  const own = sitePackagesOf(prefix, version);
  await mkdir(own, { recursive: true });
  await mkdir(join(prefix, 'bin'), { recursive: true });
  await symlink(executable, join(prefix, 'bin', 'python3'));
  for (const name of ['python', `python${minorOf(version)}`]) await symlink('python3', join(prefix, 'bin', name));
  for (const name of ['pip', 'pip3']) {
    const script = `#!/bin/sh\nexec "$(dirname "$0")/python3" -m pip "$@"\n`;
    await writeFile(join(prefix, 'bin', name), script, { mode: 0o755 });
  }
  const lines = [
    `home = ${dirname(executable)}`,
    `include-system-site-packages = ${systemSitePackages}`,
    `version = ${version}`,
  ];
  await writeFile(join(prefix, 'pyvenv.cfg'), `${lines.join('\n')}\n`);
  // `addsitedir` reads the .pth files of those folders, too; a bare path would not.
  const pth = sitePackages.map((folder) => `import site; site.addsitedir(${JSON.stringify(folder)})\n`);
  await writeFile(join(own, 'clary.pth'), pth.join(''));
}
