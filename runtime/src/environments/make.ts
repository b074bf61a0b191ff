/**
 * Makes environments: from a lock file, by uv; from a Python of the machine, as it is. Only wheels are installed, and only those that the lock names
 * by hash: no downloaded code runs while an environment is created.
 */
import { join } from 'node:path';
import type { Variables } from '../python-index/wheel.ts';
import { environmentFolder, hashOf, lockedHash, lockFile, pipEnvironment } from './catalog.ts';
import { type Environment, findEnvironment, made, sitePackagesOf, writeOverlay } from './environment.ts';
import { askInterpreter, findInterpreter, type Interpreter, placesOf } from './interpreter.ts';
import { packagesIn } from './packages.ts';
import { type Say, uv } from './uv.ts';

export async function makeLocked(name: string, env: Variables, say: Say): Promise<Environment> {
  const interpreter = await findInterpreter(env);
  const hash = await lockedHash(name, interpreter);
  const folder = environmentFolder(env, name, hash);
  if (!(await findEnvironment(folder)))
    say(`Making the environment ${name} (Python ${interpreter.version}) in ${folder}; this happens once.`);
  return made(folder, (work) => fillLocked(work, folder, name, hash, interpreter, env, say));
}

async function fillLocked(
  work: string,
  folder: string,
  name: string,
  hash: string,
  interpreter: Interpreter,
  env: Variables,
  say: Say,
): Promise<Environment> {
  const { executable, version } = interpreter;
  const venv = join(work, 'python');
  // Its programs find their Python beside them, so that the folder can be renamed.
  await uv(env, say, 'venv', '--quiet', '--relocatable', '--python', executable, venv);
  const wanted = ['--require-hashes', '--only-binary', ':all:', '--requirement', lockFile(name)];
  await uv(env, say, 'pip', 'install', '--python', venv, '--no-deps', '--compile-bytecode', ...wanted);
  const final = sitePackagesOf(join(folder, 'python'), version);
  await writeOverlay(join(work, 'overlay'), interpreter, [final], false);
  return {
    name,
    hash,
    version,
    overlay: join(folder, 'overlay'),
    places: [folder, ...placesOf(interpreter)],
    path: [join(folder, 'python', 'bin')],
    sitePackages: [final],
    packages: await packagesIn([sitePackagesOf(venv, version)]),
    executable,
    systemSitePackages: false,
  };
}

/** A Python of this machine with what is installed in it. */
export async function makeSystem(name: string, program: string, env: Variables, say: Say): Promise<Environment> {
  const interpreter = await askInterpreter(program);
  const { executable, version, prefix, basePrefix, sitePackages, hasPip } = interpreter;
  const isVirtual = prefix !== basePrefix;
  const packages = await packagesIn(sitePackages);
  const pip = hasPip ? undefined : await pipFor(interpreter, env, say);
  const seen = [...(isVirtual ? sitePackages : []), ...(pip?.sitePackages ?? [])];
  const hash = hashOf(executable, version, JSON.stringify(packages), ...seen);
  const folder = environmentFolder(env, name, hash);
  return made(folder, async (work) => {
    await writeOverlay(join(work, 'overlay'), interpreter, seen, !isVirtual);
    return {
      name,
      hash,
      version,
      overlay: join(folder, 'overlay'),
      places: [folder, ...(pip?.places ?? []), ...placesOf(interpreter)],
      path: isVirtual ? [join(prefix, 'bin')] : [],
      sitePackages: seen,
      packages,
      executable,
      systemSitePackages: !isVirtual,
    };
  });
}

/** pip for a Python without it. Without a network scripts run all the same: only what installs packages cannot. */
async function pipFor(interpreter: Interpreter, env: Variables, say: Say): Promise<Environment | undefined> {
  const hash = await lockedHash(pipEnvironment, interpreter);
  const folder = environmentFolder(env, pipEnvironment, hash);
  return made(folder, (work) => fillLocked(work, folder, pipEnvironment, hash, interpreter, env, say)).catch(
    (error) => {
      say(`pip is not there: ${(error as Error).message.split('\n')[0]}`);
      return undefined;
    },
  );
}
