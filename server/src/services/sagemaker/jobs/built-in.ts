/** Runs of the platform's own algorithms (the runtime). They open files of users, so they run in the same sandbox as the programs of users. */
import type { Enclosure, Mount, ProcessSpec } from '../../../engine/executor.ts';
import type { SageMakerSettings } from '../deps.ts';
import type { Host } from './job-work.ts';

/** Where a program finds the job's folder. */
export const mlInside = (settings: SageMakerSettings, { ml }: Pick<Host, 'ml'>) => (settings.shelter ? '/opt/ml' : ml);

/** Variables that name places of the platform's user, which a sandboxed program does not see. */
export function enclosedEnvironment(settings: SageMakerSettings): Record<string, string> {
  const { TMPDIR: _, ...rest } = settings.runtimeEnvironment;
  return settings.shelter ? { ...rest, HOME: '/tmp', CLARY_CACHE_DIR: settings.cacheDir } : { ...rest };
}

/** What of the machine the platform's own programs need. */
export const runtimeMounts = (settings: SageMakerSettings): Mount[] =>
  settings.runtimePlaces.map((place) => ({ from: place, to: place, writable: false }));

export function builtInRun(
  settings: SageMakerSettings,
  host: Host,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  { network, hosts }: Pick<Enclosure, 'network' | 'hosts'>,
): ProcessSpec {
  const ml = mlInside(settings, host);
  return {
    kind: 'process',
    dir: host.dir,
    command: [settings.nodePath, settings.runtimeMain, ...words, '--ml-dir', ml],
    env: { ...enclosedEnvironment(settings), ...env },
    cwd: ml,
    // Not root: who is root inside may create no nested sandbox, and the gate creates one for models that are programs.
    enclosure: {
      mounts: [...runtimeMounts(settings), { from: host.ml, to: '/opt/ml', writable: true }],
      user: 1000,
      nests: true,
      network,
      hosts,
    },
  };
}

/** Fetches the algorithms' library where it is not there yet: a sandboxed program may not. */
export const libraryMaking = (settings: SageMakerSettings): Omit<ProcessSpec, 'dir'> => ({
  kind: 'process',
  command: [settings.nodePath, settings.runtimeMain, 'prepare'],
  env: settings.runtimeEnvironment,
  cwd: '/',
});
