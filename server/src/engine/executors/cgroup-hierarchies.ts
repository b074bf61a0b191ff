/**
 * Finds where on this machine the platform may create control groups, and the names of limits there. Version 2, version 1, or both together.
 * Leaves nothing behind if it finds nothing, and never moves a process that is not the server's, its ancestor or its child.
 * Version 2: https://docs.kernel.org/admin-guide/cgroup-v2.html, version 1: https://docs.kernel.org/admin-guide/cgroup-v1/index.html,
 * systemd's rules for other programs: https://systemd.io/CGROUP_DELEGATION/
 */
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { RunLimits } from '../executor.ts';
import { isThere } from '../is-there.ts';

/** A folder for groups, and the contents of a group's files. */
export interface Hierarchy {
  readonly folder: string;
  files(limits: RunLimits): readonly (readonly [file: string, value: string])[];
  /** After the folder was removed. */
  release(): Promise<void>;
}

type Controller = 'memory' | 'cpu' | 'pids';
const controllers: readonly Controller[] = ['memory', 'cpu', 'pids'];

const periodUs = 100_000;
const quota = ({ cpus }: RunLimits) => cpus && Math.max(1000, Math.round(cpus * periodUs));

/** The files of limits and their controllers, in the order in which they must be written. */
type LimitFiles = readonly (readonly [Controller, string, (limits: RunLimits) => string | number | undefined])[];
const unifiedLimits: LimitFiles = [
  ['memory', 'memory.max', ({ memoryBytes }) => memoryBytes?.toFixed(0)],
  ['memory', 'memory.swap.max', ({ memoryBytes }) => memoryBytes && 0],
  // A program that has lost one of its processes often waits for it for ever.
  ['memory', 'memory.oom.group', ({ memoryBytes }) => memoryBytes && 1],
  ['cpu', 'cpu.max', (limits) => limits.cpus && `${quota(limits)} ${periodUs}`],
  ['pids', 'pids.max', ({ processes }) => processes],
];
const legacyLimits: LimitFiles = [
  ['memory', 'memory.limit_in_bytes', ({ memoryBytes }) => memoryBytes?.toFixed(0)],
  ['memory', 'memory.memsw.limit_in_bytes', ({ memoryBytes }) => memoryBytes?.toFixed(0)],
  ['cpu', 'cpu.cfs_quota_us', quota],
  ['pids', 'pids.max', ({ processes }) => processes],
];

/** Finds where groups can be created, below a folder of this name; or the reason why they cannot. */
export async function findHierarchies(own: string, root: string): Promise<readonly Hierarchy[] | string> {
  const found: Hierarchy[] = [];
  const taken = new Set<Controller>();
  const reasons: string[] = [];
  const add = (folder: string, limitFiles: LimitFiles, files: readonly string[], release = async () => {}) => {
    const known = limitFiles.filter(([controller, file]) => !taken.has(controller) && files.includes(file));
    for (const [controller] of known) taken.add(controller);
    found.push({
      folder,
      release,
      files: (limits) =>
        known.flatMap(([, file, value]) => {
          const limit = value(limits);
          return limit === undefined ? [] : [[file, String(limit)] as const];
        }),
    });
  };
  const unified = await findUnified(root);
  if (unified) {
    const usable = await unifiedFolder(unified, own);
    if (typeof usable === 'string') reasons.push(usable);
    else add(usable.folder, unifiedLimits, usable.files, () => takeBack(dirname(usable.folder)));
  }
  for (const controller of controllers.filter((name) => !taken.has(name))) {
    const parent = join(root, controller);
    if (!(await isThere(join(parent, 'cgroup.procs')))) continue;
    const files = await trial(join(parent, own)).catch((error) => void reasons.push(message(error)));
    if (files) add(join(parent, own), legacyLimits, files);
  }
  if (found.length > 0) return found;
  return reasons[0] ?? `no file system of control groups is mounted at ${root}`;
}

const message = (error: unknown) => (error as Error).message;
const linesOf = async (file: string) => (await readFile(file, 'utf8')).split('\n').filter(Boolean);
const itemsOf = async (file: string) => (await readFile(file, 'utf8')).split(/\s+/).filter(Boolean);

/** Version 2's mount, if it has a controller that limits need: together with version 1 it often has none. */
async function findUnified(root: string): Promise<string | undefined> {
  for (const mount of [root, join(root, 'unified')]) {
    const offered = await itemsOf(join(mount, 'cgroup.controllers')).catch((): string[] => []);
    if (controllers.some((name) => offered.includes(name))) return mount;
  }
  return undefined;
}

/** Not `recursive`: on a read-only file system that reports ENOENT, which is misleading. */
const make = (folder: string) =>
  mkdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });

/** The contents of the files of a group below the folder. */
async function trial(folder: string): Promise<string[]> {
  const group = join(folder, 'trial');
  try {
    await make(folder);
    await make(group);
    return await readdir(group);
  } catch (error) {
    await rmdir(folder).catch(() => {});
    throw error;
  } finally {
    await rmdir(group).catch(() => {});
  }
}

/** The leaf into which the server and its ancestors move, if their own group is to have groups below it. */
const leaf = 'clary-server';

/** For root at the top: runs there outlive a service's restart. Otherwise in this process's own group, if it was delegated. */
async function unifiedFolder(mount: string, own: string): Promise<{ folder: string; files: string[] } | string> {
  const home = await homeIn(mount);
  let lack = '';
  for (const parent of new Set([mount, ...(home ? [home] : [])])) {
    const folder = join(parent, own);
    try {
      await make(folder);
      await enable(parent, parent === home);
      await enable(folder, false);
      const files = await trial(folder);
      if (unifiedLimits.some(([, file]) => files.includes(file))) return { folder, files };
      lack = `${parent} has no controllers to give`;
    } catch (error) {
      lack = message(error);
    }
    await rmdir(folder).catch(() => {});
  }
  return lack;
}

/** This process's own group; undefined if it is outside the mount. */
async function homeIn(mount: string): Promise<string | undefined> {
  const line = (await linesOf('/proc/self/cgroup')).find((entry) => entry.startsWith('0::/'));
  const path = line?.slice('0::'.length);
  if (!path || path.startsWith('/..')) return undefined;
  const group = join(mount, path);
  return basename(group) === leaf ? dirname(group) : group;
}

/** Enables all available controllers for groups below the folder. */
async function enable(folder: string, mayEmpty: boolean): Promise<void> {
  const offered = await itemsOf(join(folder, 'cgroup.controllers'));
  const control = join(folder, 'cgroup.subtree_control');
  for (const name of controllers.filter((controller) => offered.includes(controller))) {
    if ((await itemsOf(control)).includes(name)) continue;
    const give = () => writeFile(control, `+${name}`);
    await give().catch(async (error: NodeJS.ErrnoException) => {
      // A group cannot have both processes and enabled controllers, except the root group.
      if (error.code !== 'EBUSY' || !mayEmpty) throw error;
      await empty(folder);
      await give();
    });
  }
}

/** Moves the processes of the folder's group into its leaf: this process, its ancestors and its children, and no others. */
async function empty(folder: string): Promise<void> {
  const inside = (await linesOf(join(folder, 'cgroup.procs'))).map(Number);
  const before = await lineOf(process.pid);
  for (const pid of inside)
    if (!before.includes(pid) && !(await lineOf(pid)).includes(process.pid))
      throw new Error(`other programs (process ${pid}) run in the platform's own group, ${folder}`);
  await mkdir(join(folder, leaf), { recursive: true });
  // One by one: the file accepts one number per write.
  for (const pid of inside)
    await writeFile(join(folder, leaf, 'cgroup.procs'), String(pid)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ESRCH') throw error;
    });
}

/** Lets an emptied group have processes again: the next start of the platform may be in it. Groups of other programs stay as they are. */
async function takeBack(folder: string): Promise<void> {
  if (!(await isThere(join(folder, leaf)))) return;
  for (const name of controllers) await writeFile(join(folder, 'cgroup.subtree_control'), `-${name}`).catch(() => {});
}

/** A process and its ancestors. */
async function lineOf(pid: number): Promise<readonly number[]> {
  const line: number[] = [];
  for (let next = pid; next > 0; ) {
    line.push(next);
    const status = await readFile(`/proc/${next}/status`, 'utf8').catch(() => '');
    next = Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1] ?? 0);
  }
  return line;
}
