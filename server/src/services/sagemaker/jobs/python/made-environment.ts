/**
 * The Python environment of a job. The runtime creates it in the set-up run (`environments make`), which writes a description into the job's folder.
 * No set-up run is needed for an environment that exists. An environment must never be changed: many jobs use it at the same time.
 */
import { createHash } from 'node:crypto';
import { access, cp, mkdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProcessSpec } from '../../../../engine/executor.ts';
import type { SageMakerSettings } from '../../shared/deps.ts';
import type { PythonRuntime } from '../../shared/python-images.ts';

/** Written by runtime/src/environments/environment.ts. */
export interface MadeEnvironment {
  readonly name: string;
  readonly hash: string;
  /** Of the Python. */
  readonly version: string;
  /** A small virtual environment on top of the large one. Each run gets a copy, into which it can install packages. */
  readonly overlay: string;
  readonly places: readonly string[];
  readonly path: readonly string[];
  readonly packages: Readonly<Record<string, string>>;
}

const descriptionIn = (jobDir: string) => join(jobDir, 'environment.json');

/** Environments that this server has seen complete, by their specification. */
const seen = new Map<string, MadeEnvironment>();

async function keyOf(
  runtime: PythonRuntime,
  program: string | undefined,
  requirements: string | undefined,
): Promise<string> {
  const text = requirements ? await readFile(requirements) : '';
  return `${runtime.environment} ${program ?? ''} ${createHash('sha256').update(text).digest('hex')}`;
}

async function stillThere({ overlay }: MadeEnvironment): Promise<boolean> {
  const now = new Date();
  return utimes(join(overlay, '..', 'environment.json'), now, now)
    .then(() => access(overlay))
    .then(
      () => true,
      () => false,
    );
}

/** The machine's Python that the owner configured for this environment or for its framework. */
const systemPython = ({ pythonEnvironments }: SageMakerSettings, { environment, framework }: PythonRuntime) =>
  pythonEnvironments[environment] ?? pythonEnvironments[framework];

/** The run that creates the environment; undefined if it exists. `requirements`: a file with additional packages. */
export async function environmentMaking(
  settings: SageMakerSettings,
  jobDir: string,
  runtime: PythonRuntime,
  requirements: string | undefined,
): Promise<Omit<ProcessSpec, 'dir'> | undefined> {
  const python = systemPython(settings, runtime);
  const key = await keyOf(runtime, python, requirements);
  const known = seen.get(key);
  const file = descriptionIn(jobDir);
  if (known && (await stillThere(known))) {
    await mkdir(jobDir, { recursive: true, mode: 0o700 });
    await writeFile(`${file}.new`, JSON.stringify(known));
    await rename(`${file}.new`, file);
    return undefined;
  }
  return {
    kind: 'process',
    command: [
      ...([
        settings.nodePath,
        settings.runtimeMain,
        'environments',
        'make',
        runtime.environment,
        '--result',
        file,
      ] as const),
      ...(python ? ['--python', python] : []),
      ...(requirements ? ['--requirements', requirements] : []),
      ...(requirements && settings.sandbox ? ['--bubblewrap', settings.sandbox.bubblewrap] : []),
    ],
    env: settings.runtimeEnvironment,
    cwd: '/',
  };
}

/** The description that the set-up run wrote. */
export async function environmentOf(
  settings: SageMakerSettings,
  jobDir: string,
  runtime: PythonRuntime,
  requirements: string | undefined,
): Promise<MadeEnvironment> {
  const made = JSON.parse(await readFile(descriptionIn(jobDir), 'utf8')) as MadeEnvironment;
  seen.set(await keyOf(runtime, systemPython(settings, runtime), requirements), made);
  return made;
}

/** Creates the run's own virtual environment. */
export async function copyOverlay({ overlay }: MadeEnvironment, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await cp(overlay, folder, { recursive: true, verbatimSymlinks: true });
}

/** For the job's log: the image's versions, and those that run here instead. */
export function environmentNote(image: string, { asks }: PythonRuntime, made: MadeEnvironment): string {
  const environment = `the environment ${made.name} (${made.hash})`;
  if (!asks) return `${image} runs in ${environment}, Python ${made.version}`;
  const has = made.packages[asks.package] ?? made.packages[`${asks.package}-cpu`];
  const here = has ? `${asks.package} ${has}` : `no ${asks.package}`;
  return `${image} asks for ${asks.package} ${asks.version}; ${environment} has ${here}, Python ${made.version}`;
}
