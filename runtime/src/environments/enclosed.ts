/**
 * Shuts pip in while it installs what somebody's requirements.txt names: it sees programs and libraries of the system, the folders given, those to
 * write to and the network. The server shuts jobs in by the same means; the runtime meets it by words only, so it has its own few.
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
export async function enclosed(
  bubblewrap: string,
  readable: readonly string[],
  writable: readonly string[],
  filterFile: string,
  command: readonly string[],
): Promise<string[]> {
  const { words, filter } = kernelInterfaces(process.env);
  if (filter) await writeFile(filterFile, filter);
  // A shell hands the filter over as a descriptor.
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
      ...words,
      '--dev',
      '/dev',
      '--tmpfs',
      '/tmp',
    ],
    ...system,
    ...systemFiles.flatMap((name) => ['--ro-bind-try', `/etc/${name}`, `/etc/${name}`]),
    ...readable.flatMap((place) => ['--ro-bind', place, place]),
    ...wheels(),
    ...writable.flatMap((place) => ['--bind', place, place]),
    ...['--chdir', writable[0] ?? '/', '--', ...command],
  ];
}

/** Folders of wheels that the platform's owner named for pip. */
function wheels(): string[] {
  const named = (process.env.PIP_FIND_LINKS ?? '').split(/\s+/);
  return named.filter((place) => place.startsWith('/')).flatMap((place) => ['--ro-bind-try', place, place]);
}
