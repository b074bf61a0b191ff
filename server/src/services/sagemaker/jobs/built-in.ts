/** Runs of the platform's own algorithms (the runtime). They read files of users, so they run in a sandbox like every other program of a job. */
import type { Mount, ProcessSpec, SandboxNetwork } from '../../../engine/executor.ts';
import type { SageMakerSettings } from '../shared/deps.ts';
import type { Host } from './host.ts';

/** Where a program finds the job's folder. */
export const mlInside = (settings: SageMakerSettings, { ml }: Pick<Host, 'ml'>) => (settings.sandbox ? '/opt/ml' : ml);

/** Replaces the variables that name folders of the platform's user: a sandboxed program does not see those folders. */
export function sandboxedEnvironment(settings: SageMakerSettings): Record<string, string> {
  const { TMPDIR: _, ...rest } = settings.runtimeEnvironment;
  return settings.sandbox ? { ...rest, HOME: '/tmp', CLARY_CACHE_DIR: settings.cacheDir } : { ...rest };
}

/** The files of the machine that the platform's own programs need. */
export const runtimeMounts = (settings: SageMakerSettings): Mount[] =>
  settings.runtimePaths.map((path) => ({ from: path, to: path, writable: false }));

export function builtInRun(
  settings: SageMakerSettings,
  host: Host,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  { network, hosts }: SandboxNetwork,
): ProcessSpec {
  const ml = mlInside(settings, host);
  return {
    kind: 'process',
    dir: host.dir,
    command: [settings.nodePath, settings.runtimeMain, ...args, '--ml-dir', ml],
    env: { ...sandboxedEnvironment(settings), ...env },
    cwd: ml,
    // Not root: root inside a sandbox cannot create another one, and the evaluation needs one for models that can run code.
    sandbox: {
      mounts: [...runtimeMounts(settings), { from: host.ml, to: '/opt/ml', writable: true }],
      user: 1000,
      nests: true,
      network,
      hosts,
    },
  };
}

/** Fetches the algorithms' library if it is missing: a sandboxed program cannot fetch it. */
export const libraryMaking = (settings: SageMakerSettings): Omit<ProcessSpec, 'dir'> => ({
  kind: 'process',
  command: [settings.nodePath, settings.runtimeMain, 'prepare'],
  env: settings.runtimeEnvironment,
  cwd: '/',
});
