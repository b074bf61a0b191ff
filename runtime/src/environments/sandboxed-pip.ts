/**
 * Sandboxes pip while it installs what a user's requirements.txt names: it sees programs and libraries of the system, the folders given, those to
 * write to and the network. The server sandboxes jobs in the same way; the runtime imports nothing of the server, so it has its own code for it.
 */
import { lstat, readlink, writeFile } from 'node:fs/promises';
import { kernelInterfaces } from '../sandbox/kernel-interfaces.ts';

const systemFolders = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];
const systemFiles = [
  'alternatives',
  'ca-certificates',
  'ssl/certs',
  'ssl/openssl.cnf',
  'pki/tls/certs',
  'ld.so.cache',
  'hosts',
  'host.conf',
].concat([
  'nsswitch.conf',
  'resolv.conf',
  'services',
  'protocols',
  'gai.conf',
  'localtime',
  'pip.conf',
  'python3',
  'python3.11',
]);

/** `filterFile`: where a filter of system calls may be written; no program in the sandbox may write there. */
export async function sandboxedPip(
  bubblewrap: string,
  readable: readonly string[],
  writable: readonly string[],
  filterFile: string,
  command: readonly string[],
): Promise<string[]> {
  const { args, filter } = kernelInterfaces(process.env);
  if (filter) await writeFile(filterFile, filter);
  // A shell passes the filter as a descriptor.
  const begin = filter ? ['/bin/sh', '-c', 'exec 9<"$0"; exec "$@"', filterFile] : [];
  const system: string[] = [];
  for (const folder of systemFolders) {
    const found = await lstat(folder).catch(() => undefined);
    if (found?.isSymbolicLink()) system.push('--symlink', await readlink(folder), folder);
    else if (found) system.push('--ro-bind', folder, folder);
  }
  return [
    ...begin,
    bubblewrap,
    ...(filter ? ['--seccomp', '9'] : []),
    ...[
      '--unshare-user',
      '--unshare-pid',
      '--unshare-ipc',
      '--unshare-uts',
      '--unshare-cgroup-try',
      '--die-with-parent',
    ],
    ...[
      '--cap-drop',
      'ALL',
      '--uid',
      '0',
      '--gid',
      '0',
      '--proc',
      '/proc',
      ...args,
      '--dev',
      '/dev',
      '--tmpfs',
      '/tmp',
    ],
    ...system,
    ...systemFiles.flatMap((name) => ['--ro-bind-try', `/etc/${name}`, `/etc/${name}`]),
    ...readable.flatMap((path) => ['--ro-bind', path, path]),
    ...wheels(),
    ...writable.flatMap((path) => ['--bind', path, path]),
    ...['--chdir', writable[0] ?? '/', '--', ...command],
  ];
}

/** Folders of wheels that the operator named for pip. */
function wheels(): string[] {
  const named = (process.env.PIP_FIND_LINKS ?? '').split(/\s+/);
  return named.filter((path) => path.startsWith('/')).flatMap((path) => ['--ro-bind-try', path, path]);
}
