/**
 * What the kernel allows this user: sandboxes, overlays, resource limits. Each is tried where possible, because permissions differ
 * between machines. Every probe cleans up after itself.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { controlGroups } from './control-groups.ts';
import type { Finding } from './finding.ts';

const execute = promisify(execFile);
const isRoot = process.getuid?.() === 0;

/** The error message of a failed program; undefined if it succeeded. */
async function failureOf(program: string, ...args: string[]): Promise<string | undefined> {
  return execute(program, args, { timeout: 10_000 }).then(
    () => undefined,
    (error: Error & { stderr?: string }) => error.stderr?.trim().split('\n').at(-1) || error.message,
  );
}

const allowNamespaces =
  'let users make user namespaces: sysctl user.max_user_namespaces=10000; on Debian kernel.unprivileged_userns_clone=1, on Ubuntu ' +
  'kernel.apparmor_restrict_unprivileged_userns=0 (or a profile for bwrap and unshare); in a container: see its seccomp profile';

export async function bubblewrap(): Promise<Finding> {
  const version = await execute('bwrap', ['--version']).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
  const isolation = ['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--cap-drop', 'ALL'];
  const view = ['--ro-bind', '/', '/', '--proc', '/proc', '--dev', '/dev'];
  const failure = version && (await failureOf('bwrap', ...isolation, ...view, '--', '/bin/true'));
  return {
    name: 'bubblewrap',
    weight: 'useful',
    found: failure ? undefined : version,
    impact:
      'jobs, including your own scripts, run without a sandbox: they can read every file that the server can read' +
      (failure ? ` (${failure})` : ''),
    fix: version ? allowNamespaces : 'apt-get install bubblewrap',
  };
}

const layOver =
  'cd "$1" && mkdir lower upper work merged && mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work,userxattr merged && : >merged/file';

/** `folder`: the data folder, or its nearest existing parent. */
export async function overlays(folder: string): Promise<Finding> {
  const dir = await mkdtemp(join(folder, '.clary-doctor-')).catch(() => undefined);
  const args = ['--user', '--map-root-user', '--mount', '--', '/bin/sh', '-c', layOver, 'sh'];
  const failure = dir ? await failureOf('unshare', ...args, dir) : `nothing can be written in ${folder}`;
  if (dir) await removeOverlay(dir);
  return {
    name: 'overlays',
    weight: 'useful',
    found: failure ? undefined : 'inputs of jobs are linked to',
    impact: `inputs of jobs are copied, each time (${failure})`,
    fix: 'Linux ≥ 5.11, a data folder on a disk of this machine (ext4, xfs, btrfs; no network, no container’s own file system), and user namespaces',
  };
}

/** The kernel makes a folder that its owner may enter only after a change. */
async function removeOverlay(dir: string): Promise<void> {
  await execute('chmod', ['-R', 'u+rwx', dir]).catch(() => {});
  await rm(dir, { recursive: true, force: true });
}

export async function limits(): Promise<Finding> {
  return {
    name: 'limits for jobs',
    weight: 'useful',
    found: await controlGroups(),
    impact: 'a job can take more memory, cores and processes than its instance has: only the queue shares the machine',
    fix: isRoot
      ? 'mount control groups at /sys/fs/cgroup, writable'
      : 'with systemd and control groups of version 2: systemd-run --user --scope -p Delegate=yes npx clary up; else only root may',
  };
}
