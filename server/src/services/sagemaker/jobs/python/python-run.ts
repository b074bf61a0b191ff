/** Runs a user's program in a Python environment: its mounts, its variables, the lines before its output. For jobs of every kind. */
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Mount, ProcessSpec, SandboxNetwork } from '../../../../engine/executor.ts';
import type { SageMakerSettings } from '../../shared/deps.ts';
import type { Host } from '../host.ts';
import { copyOverlay, type MadeEnvironment } from './made-environment.ts';

export interface PythonRun {
  readonly environment: MadeEnvironment;
  /** Looked up in the environment's PATH. */
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  /** The variables by which the program finds the platform and its role. */
  readonly identity: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
  /** The request's own variables, which override the others. */
  readonly given: Readonly<Record<string, string>> | undefined;
  readonly cores: number;
  /** Printed before the program begins. */
  readonly note: string;
  /** Runs before the program, as shell. */
  readonly first?: string;
  readonly sandboxNetwork: SandboxNetwork;
  /** Mounts in addition to the environment. */
  readonly mounts?: readonly Mount[];
}

/** The folder of the run's own virtual environment, as the program sees it. */
export const pythonInside = (settings: SageMakerSettings, { dir }: Pick<Host, 'dir'>) =>
  settings.sandbox ? '/opt/python' : join(dir, 'python');

/** Our own equivalents of modules that AWS's XGBoost container has besides XGBoost: runtime/python/xgboost. Undefined for other environments. */
function containerModules(settings: SageMakerSettings, { name }: MadeEnvironment): Mount | undefined {
  if (!name.startsWith('xgboost-')) return undefined;
  const from = join(dirname(settings.runtimeMain), '..', 'python', 'xgboost');
  return { from, to: settings.sandbox ? '/opt/clary/xgboost' : from, writable: false };
}

/** A shell drops variables whose names are not valid in it, such as SM_HP_LEARNING-RATE. */
const isShellName = (name: string) => /^[A-Za-z_]\w*$/.test(name);

/** Limits libraries that would otherwise start a thread for every core of the machine, whatever the job's share is. */
const threads = (cores: number) =>
  Object.fromEntries(
    ['OMP', 'OPENBLAS', 'MKL', 'NUMEXPR', 'VECLIB_MAXIMUM'].map((name) => [
      `${name}_NUM_THREADS`.replace('MAXIMUM_NUM', 'MAXIMUM'),
      String(cores),
    ]),
  );

export async function pythonRun(settings: SageMakerSettings, host: Host, run: PythonRun): Promise<ProcessSpec> {
  const { environment, identity, variables, given, cores, sandboxNetwork } = run;
  const python = pythonInside(settings, host);
  const own = join(host.dir, 'python');
  await copyOverlay(environment, own);
  const home = settings.sandbox ? '/root' : join(host.dir, 'home');
  if (!settings.sandbox) await mkdir(home, { recursive: true, mode: 0o700 });
  const { LANG = 'C.UTF-8' } = settings.runtimeEnvironment;
  const modules = containerModules(settings, environment);
  const usual: Record<string, string | undefined> = {
    LANG,
    HOME: home,
    PATH: [`${python}/bin`, ...environment.path, '/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin'].join(':'),
    VIRTUAL_ENV: python,
    PYTHONUNBUFFERED: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    PIP_ROOT_USER_ACTION: 'ignore',
    ...packageIndex(settings.runtimeEnvironment),
    ...threads(cores),
    ...identity,
    ...variables,
    ...given,
  };
  // Last: the job's own variables override these.
  const path = [usual.PYTHONPATH, modules?.to].filter(Boolean).join(':');
  const all = { ...usual, ...(path && { PYTHONPATH: path }) } as Record<string, string>;
  const entries = Object.entries(all);
  const odd = entries.filter(([name]) => !isShellName(name)).map(([name, value]) => `${name}=${value}`);
  const program = odd.length > 0 ? ['/usr/bin/env', ...odd, ...run.command] : run.command;
  const begin = ['printf "%s\\n" "$1"', 'shift', ...(run.first ? [run.first] : []), 'exec "$@"'].join('\n');
  const readable = environment.places.map((place) => ({ from: place, to: place, writable: false }));
  return {
    kind: 'process',
    dir: host.dir,
    command: ['/bin/sh', '-c', begin, 'sh', run.note, ...program],
    env: Object.fromEntries(entries.filter(([name]) => isShellName(name))),
    cwd: run.cwd,
    sandbox: {
      mounts: [
        ...readable,
        { from: own, to: '/opt/python', writable: true },
        { from: host.ml, to: '/opt/ml', writable: true },
        ...(modules ? [modules] : []),
        ...(run.mounts ?? []),
      ],
      ...sandboxNetwork,
    },
  };
}

/** How pip finds a package index on this machine, for scripts that install packages. */
const packageIndex = (environment: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(environment).filter(([name]) =>
      /^(PIP_(INDEX_URL|EXTRA_INDEX_URL|TRUSTED_HOST|FIND_LINKS|CERT|NO_INDEX|DEFAULT_TIMEOUT)|https?_proxy|no_proxy|HTTPS?_PROXY|NO_PROXY|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE)$/.test(
        name,
      ),
    ),
  );
