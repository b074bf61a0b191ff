/**
 * A run's share of memory and cores, kept by the kernel: a control group for each run, below one of the platform's own. Where the platform may make
 * none (it is not root, or nobody delegated a group to it), runs go without, and the queue alone shares the machine out.
 * Version 2: https://docs.kernel.org/admin-guide/cgroup-v2.html, version 1: https://docs.kernel.org/admin-guide/cgroup-v1/index.html
 */
import { createHash } from 'node:crypto';
import { access, mkdir, readdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunLimits } from '../executor.ts';

/** A folder for groups, and what is written into a group's files. */
interface Hierarchy {
  readonly folder: string;
  files(limits: RunLimits): Readonly<Record<string, string>>;
}

export interface Cgroups {
  /** Makes the run's groups; answers the files into which its program writes itself. */
  enter(dir: string, limits: RunLimits): Promise<readonly string[]>;
  /** Once the run has ended. */
  leave(dir: string): Promise<void>;
  /** Removes the platform's own group, where no run goes on. */
  close(): Promise<void>;
}

const periodUs = 100_000;
const given = (entries: Record<string, string | undefined>) =>
  Object.fromEntries(Object.entries(entries).filter((entry): entry is [string, string] => entry[1] !== undefined));
const bytes = ({ memoryBytes }: RunLimits) => memoryBytes?.toFixed(0);
const quota = ({ cpus }: RunLimits) => (cpus === undefined ? undefined : (cpus * periodUs).toFixed(0));

const unified = (folder: string): Hierarchy => ({
  folder,
  files: (limits) =>
    given({
      'memory.max': bytes(limits),
      'memory.swap.max': limits.memoryBytes && '0',
      'cpu.max': limits.cpus && `${quota(limits)} ${periodUs}`,
    } as Record<string, string | undefined>),
});
const legacyMemory = (folder: string): Hierarchy => ({
  folder,
  files: (limits) => given({ 'memory.limit_in_bytes': bytes(limits) }),
});
const legacyCpu = (folder: string): Hierarchy => ({
  folder,
  files: (limits) => given({ 'cpu.cfs_quota_us': quota(limits) }),
});

/** The runs' groups of this data folder, apart from those of others. */
export async function findCgroups(runsDir: string, root = '/sys/fs/cgroup'): Promise<Cgroups | undefined> {
  const own = `clary-${nameOf(runsDir)}`;
  const hierarchies: Hierarchy[] = [];
  if (await isThere(join(root, 'cgroup.controllers'))) {
    if (await canUse(root, own, 'memory.max', '+memory +cpu')) hierarchies.push(unified(join(root, own)));
  } else {
    const [memory, cpu] = [join(root, 'memory'), join(root, 'cpu')];
    if (await canUse(memory, own, 'memory.limit_in_bytes')) hierarchies.push(legacyMemory(join(memory, own)));
    if (await canUse(cpu, own, 'cpu.cfs_quota_us')) hierarchies.push(legacyCpu(join(cpu, own)));
  }
  if (hierarchies.length === 0) return undefined;
  for (const { folder } of hierarchies) await sweep(folder);
  return cgroupsIn(hierarchies);
}

const isThere = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  );

/** Whether groups below `<parent>/<own>` have the file, once they are given their controllers (version 2). An ordinary folder is none. */
async function canUse(parent: string, own: string, file: string, controllers?: string): Promise<boolean> {
  const folder = join(parent, own);
  if (!(await isThere(join(parent, 'cgroup.procs')))) return false;
  try {
    await mkdir(folder, { recursive: true });
    if (controllers)
      for (const at of [parent, folder]) await writeFile(join(at, 'cgroup.subtree_control'), controllers);
    const trial = join(folder, 'trial');
    await mkdir(trial, { recursive: true });
    const found = (await readdir(trial)).includes(file);
    await rmdir(trial);
    return found;
  } catch {
    await rmdir(folder).catch(() => {});
    return false;
  }
}

/** Groups of runs that ended while no server ran. One that has processes cannot be removed. */
async function sweep(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await rmdir(join(folder, entry.name)).catch(() => {});
}

const nameOf = (dir: string) => createHash('sha256').update(dir).digest('hex').slice(0, 16);

function cgroupsIn(hierarchies: readonly Hierarchy[]): Cgroups {
  return {
    async enter(dir, limits) {
      const joins: string[] = [];
      for (const { folder, files } of hierarchies) {
        const group = join(folder, nameOf(dir));
        await mkdir(group, { recursive: true });
        for (const [file, value] of Object.entries(files(limits))) await writeFile(join(group, file), value);
        joins.push(join(group, 'cgroup.procs'));
      }
      return joins;
    },
    async leave(dir) {
      for (const { folder } of hierarchies) {
        const group = join(folder, nameOf(dir));
        await rmdir(group).catch(() => {});
      }
    },
    async close() {
      for (const { folder } of hierarchies) await rmdir(folder).catch(() => {});
    },
  };
}

/** The words by which a command enters its groups; what follows them runs inside. */
export const enteringWords = (joins: readonly string[]): string[] => [
  '/bin/sh',
  '-c',
  'left=$1; shift; while [ "$left" -gt 0 ]; do echo 0 >"$1"; shift; left=$((left - 1)); done; exec "$@"',
  'sh',
  String(joins.length),
  ...joins,
];
