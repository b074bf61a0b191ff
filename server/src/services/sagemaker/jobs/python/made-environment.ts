/**
 * The Python environment of a job: made by the runtime in a run of its own (`environments make`), which leaves a description in the job's folder.
 * One that is known to be there costs no run. Must never change an environment: many jobs use one at the same time.
 */
import { createHash } from 'node:crypto';
import { access, cp, mkdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProcessSpec } from '../../../../engine/executor.ts';
import type { SageMakerSettings } from '../../shared/deps.ts';
import type { PythonRuntime } from '../../shared/python-images.ts';

/** As runtime/src/environments/environment.ts writes it. */
export interface MadeEnvironment {
  readonly name: string;
  readonly hash: string;
  /** Of the Python. */
  readonly version: string;
  /** A small virtual environment above the big one: each run gets a copy to install into. */
  readonly overlay: string;
  readonly places: readonly string[];
  readonly path: readonly string[];
  readonly packages: Readonly<Record<string, string>>;
}

const descriptionIn = (jobDir: string) => join(jobDir, 'environment.json');

/** Those that this server saw whole, by what they are made of. */
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

/** The Python of this machine that stands for the environment, where one was named: for exactly this one, or for all of its framework. */
const systemPython = ({ pythonEnvironments }: SageMakerSettings, { environment, framework }: PythonRuntime) =>
  pythonEnvironments[environment] ?? pythonEnvironments[framework];

/** The run that makes the environment; undefined where it is there. `requirements`: a file that adds to it. */
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

/** What the making left. */
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

/** The run's own virtual environment, new. */
export async function copyOverlay({ overlay }: MadeEnvironment, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await cp(overlay, folder, { recursive: true, verbatimSymlinks: true });
}

/** What the image has and what runs here instead, for the job's log. */
export function environmentNote(image: string, { asks }: PythonRuntime, made: MadeEnvironment): string {
  const environment = `the environment ${made.name} (${made.hash})`;
  if (!asks) return `${image} runs in ${environment}, Python ${made.version}`;
  const has = made.packages[asks.package] ?? made.packages[`${asks.package}-cpu`];
  const here = has ? `${asks.package} ${has}` : `no ${asks.package}`;
  return `${image} asks for ${asks.package} ${asks.version}; ${environment} has ${here}, Python ${made.version}`;
}
