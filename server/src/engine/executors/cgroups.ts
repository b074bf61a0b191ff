/**
 * A run's share of memory, cores and processes, enforced by the kernel: a control group for each run, below one of the platform's own. If the platform
 * may create none (cgroup-hierarchies.ts), runs have no limits, and only the queue divides the machine.
 * A run's folder names its groups, so that a server in another group of the hierarchy than the one before still finds and ends them.
 */
import { createHash } from 'node:crypto';
import { constants, mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunLimits } from '../executor.ts';
import { isThere } from '../is-there.ts';
import { findHierarchies, type Hierarchy } from './cgroup-hierarchies.ts';

export interface Cgroups {
  /** Creates the run's groups and names them in its folder. Returns the files into which its program writes its pid. */
  enter(dir: string, limits: RunLimits): Promise<readonly string[]>;
  /** Removes the platform's own group if no run continues. */
  close(): Promise<void>;
}

/** The groups for runs of this data folder, or the reason why there can be none. */
export async function findCgroups(runsDir: string, root = '/sys/fs/cgroup'): Promise<Cgroups | string> {
  const own = `clary-${createHash('sha256').update(runsDir).digest('hex').slice(0, 16)}`;
  const hierarchies = await findHierarchies(own, root);
  if (typeof hierarchies === 'string') return hierarchies;
  const entered = new Set<string>();
  for (const { folder } of hierarchies) await sweep(folder, runsDir, entered);
  return cgroupsIn(hierarchies, runsDir, entered);
}

/** A group's name identifies its owner, so that the groups of runs that are about to start are not treated as leftovers. */
const nameOf = (runsDir: string, dir: string) => `run-${encodeURIComponent(relative(runsDir, dir))}`;

/** Ends the remaining processes of runs that ended while no server ran, or whose folders were removed. Does not wait for the removal of their groups, which takes seconds. */
async function sweep(folder: string, runsDir: string, entered: ReadonlySet<string>): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory() || !entry.name.startsWith('run-')) continue;
    const dir = join(runsDir, decodeURIComponent(entry.name.slice('run-'.length)));
    if ((await isThere(dir)) && !(await isThere(join(dir, 'exit')))) continue;
    const group = join(folder, entry.name);
    await endGroup(group);
    void removeGroup(group, () => entered.has(group));
  }
}

function cgroupsIn(hierarchies: readonly Hierarchy[], runsDir: string, entered: Set<string>): Cgroups {
  return {
    async enter(dir, limits) {
      const groups = hierarchies.map(({ folder }) => join(folder, nameOf(runsDir, dir)));
      await writeFile(join(dir, 'groups'), groups.map((group) => `${group}\n`).join(''));
      for (const [i, { files }] of hierarchies.entries()) {
        const group = groups[i] ?? '';
        entered.add(group);
        await mkdir(group, { recursive: true });
        for (const [file, value] of files(limits)) await writeFile(join(group, file), value);
      }
      return groups.map((group) => join(group, 'cgroup.procs'));
    },
    async close() {
      for (const { folder, release } of hierarchies) await rmdir(folder).then(release, () => {});
    },
  };
}

/** The groups in a run's folder: only those that this file can have created. */
async function groupsOf(dir: string): Promise<readonly string[]> {
  const named = await readFile(join(dir, 'groups'), 'utf8').catch(() => '');
  const isOurs = (group: string) => basename(group).startsWith('run-') && /^clary-\w+$/.test(basename(dirname(group)));
  return named.split('\n').filter((group) => group.startsWith('/') && isOurs(group));
}

/** Ends the remaining processes of a run whose supervisor is dead (supervisor.sh). */
export async function endGroups(dir: string): Promise<void> {
  for (const group of await groupsOf(dir)) await endGroup(group);
}

/** After the run has ended. */
export async function leaveGroups(dir: string): Promise<void> {
  for (const group of await groupsOf(dir)) await removeGroup(group);
}

/** Kills all at once if the kernel can (version 2, Linux 5.14), otherwise one by one. */
async function endGroup(group: string): Promise<void> {
  const kill = writeFile(join(group, 'cgroup.kill'), '1', { flag: constants.O_WRONLY });
  if (await kill.then(() => true).catch(() => false)) return;
  const listed = await readFile(join(group, 'cgroup.procs'), 'utf8').catch(() => '');
  for (const pid of listed.split('\n').filter(Boolean).map(Number)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended between the check and the kill.
    }
  }
}

/** After the kill of thousands of processes, their group cannot be removed for seconds. A group that remains is removed at the next start. */
async function removeGroup(group: string, isUsedAgain = () => false): Promise<void> {
  for (let attempt = 0; attempt < 26 && !isUsedAgain(); attempt += 1) {
    const left = await rmdir(group).then(
      () => undefined,
      (error: NodeJS.ErrnoException) => error.code,
    );
    if (left !== 'EBUSY') return;
    await delay(Math.min(10 * 2 ** attempt, 500), undefined, { ref: false });
  }
}

/** The beginning of a command that enters its groups; the arguments after it run inside. */
export const enterCommand = (joins: readonly string[]): string[] => [
  '/bin/sh',
  '-c',
  'left=$1; shift; while [ "$left" -gt 0 ]; do echo 0 >"$1"; shift; left=$((left - 1)); done; exec "$@"',
  'sh',
  String(joins.length),
  ...joins,
];
