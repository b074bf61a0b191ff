/**
 * Shuts a program in with bubblewrap: it sees its mounts, what every program needs of the system, a /tmp and a /proc of its own, and no other process.
 * The system comes by an allow-list: `/` as a whole would show the files of root where the platform runs as root, user namespace or not.
 */
import { execFile } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Log } from '../../kit/log.ts';
import type { Enclosure, Mount, ProcessSpec } from '../executor.ts';
import { removeTree } from '../remove-tree.ts';
import type { KernelInterfaces } from './kernel-interfaces.ts';
import { lackOfOverlays, overlaid, overlayOf } from './overlays.ts';

type Command = readonly [string, ...string[]];

/** Folders of programs and libraries: on a merged /usr all but the first are links into it. */
const systemFolders = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];
/** What programs look up: nothing in these is secret (keys lie in /etc/ssl/private). */
const systemFiles = [
  ...['alternatives', 'fonts', 'host.conf', 'ld.so.cache', 'ld.so.conf', 'ld.so.conf.d', 'localtime', 'magic'],
  ...['mime.types', 'nsswitch.conf', 'pki/tls/certs', 'protocols', 'resolv.conf', 'services', 'timezone'],
  ...['ca-certificates', 'ssl/certs', 'ssl/openssl.cnf', 'gai.conf', 'python3', 'python3.11'],
].map((name) => `/etc/${name}`);

const accounts = {
  passwd:
    'root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/tmp:/bin/sh\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n',
  group: 'root:x:0:\nuser:x:1000:\nnogroup:x:65534:\n',
};

/** bubblewrap's words for the system's part. */
async function systemWords(): Promise<readonly string[]> {
  const words: string[] = [];
  for (const folder of systemFolders) {
    const found = await lstat(folder).catch(() => undefined);
    if (found?.isSymbolicLink()) words.push('--symlink', await readlink(folder), folder);
    else if (found) words.push('--ro-bind', folder, folder);
  }
  return [...words, ...systemFiles.flatMap((file) => ['--ro-bind-try', file, file])];
}

const walls = [
  ...['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
  ...['--die-with-parent', '--cap-drop', 'ALL', '--proc', '/proc', '--dev', '/dev'],
];

/** What a machine offers to shut programs in. */
export interface Shelter {
  readonly bubblewrap: string;
  /** Its words for the system's part: the machine's layout does not change under a running server. */
  readonly system: readonly string[];
  readonly kernel: KernelInterfaces;
  /** Whether a mount can be written to without changing what is mounted. */
  readonly overlays: boolean;
}

/** What there is, where programs can be shut in at all. Throws where they must be and cannot. */
export async function findShelter(
  wanted: 'auto' | 'required' | 'off',
  runsDir: string,
  kernel: KernelInterfaces,
  log: Log,
): Promise<Shelter | undefined> {
  if (wanted === 'off') return undefined;
  const program = await findProgram('bwrap');
  const system = await systemWords();
  const lack = program
    ? await lackOf({ bubblewrap: program, system, kernel, overlays: false }, runsDir)
    : 'bubblewrap (bwrap) is not installed';
  if (program && !lack) {
    const because = await lackOfOverlays(runsDir);
    if (because) log.warn('inputs of jobs are copied, not linked to: overlays cannot be mounted', { because });
    if (!kernel.filter)
      log.warn('jobs may make every system call: the calls of this architecture are not known', { arch: process.arch });
    return { bubblewrap: program, system, kernel, overlays: !because };
  }
  if (wanted === 'required') throw new Error(`--sandbox required: programs cannot be shut in: ${lack}`);
  log.warn('jobs run without a sandbox: they can read every file that the server can read', {
    because: lack,
    ...(program
      ? {}
      : { fix: 'apt-get install bubblewrap (dnf, pacman and apk have it by that name, too), then start again' }),
  });
  return undefined;
}

async function findProgram(name: string): Promise<string | undefined> {
  for (const folder of ['/usr/local/bin', '/usr/bin', '/bin']) {
    const file = join(folder, name);
    if (await lstat(file).catch(() => undefined)) return file;
  }
  return undefined;
}

/** Why programs cannot be shut in here, undefined where they can. */
async function lackOf(shelter: Shelter, runsDir: string): Promise<string | undefined> {
  await mkdir(runsDir, { recursive: true, mode: 0o700 });
  const dir = await mkdtemp(join(runsDir, 'sandbox-'));
  try {
    const spec = { kind: 'process', dir, env: {}, cwd: '/', command: ['/bin/true'] } as const;
    const [program, ...words] = await shutIn(shelter, spec, { mounts: [], network: 'open', hosts: {} });
    await promisify(execFile)(program, words, { timeout: 10_000 });
    return undefined;
  } catch (error) {
    const { stderr = '', message } = error as { stderr?: string; message: string };
    return stderr.trim() || message;
  } finally {
    await removeTree(dir);
  }
}

/** The descriptor by which bubblewrap gets its filter: of those that a shell can name, the one that nobody else uses. */
const filterDescriptor = '9';

/**
 * The words before bubblewrap's own. The group's SIGTERM is for the program: bubblewrap would die of it and take the program along at once.
 */
async function beforehand(dir: string, copied: readonly Mount[], filter: string): Promise<Command> {
  const script = `trap '' TERM; ${filter === '' ? '' : `exec ${filterDescriptor}<"$0"; `}exec "$@"`;
  const words: Command = ['/bin/sh', '-c', script, filter === '' ? 'sh' : filter];
  return copied.length === 0 ? words : [...words, ...(await overlaid(dir, copied))];
}

/** Writes the filter of system calls where bubblewrap can read it. Answers the file, '' where there is no filter. */
async function writeFilter(dir: string, { kernel }: Shelter, { nests }: Enclosure): Promise<string> {
  const filter = nests ? kernel.nestingFilter : kernel.filter;
  if (!filter) return '';
  const file = join(dir, 'seccomp');
  await writeFile(file, filter);
  return file;
}

/** Makes what the enclosure needs in the run's folder and answers the command that runs the program inside. */
export async function shutIn(shelter: Shelter, spec: ProcessSpec, enclosure: Enclosure): Promise<Command> {
  const { bubblewrap, system, kernel } = shelter;
  const { dir, command, cwd } = spec;
  const etc = join(dir, 'etc');
  const user = String(enclosure.user ?? 0);
  const copied = enclosure.mounts.filter(({ writable }) => writable === 'copy');
  const hosts = ['127.0.0.1 localhost', '::1 localhost'].concat(
    Object.entries(enclosure.hosts).map(([name, address]) => `${address} ${name}`),
  );
  for (const folder of [etc, ...['root', 'tmp'].map((name) => join(dir, name))])
    await mkdir(folder, { recursive: true, mode: 0o755 });
  for (const [name, text] of Object.entries({ ...accounts, hosts: `${hosts.join('\n')}\n` }))
    await writeFile(join(etc, name), text);
  const filter = await writeFilter(dir, shelter, enclosure);
  return [
    ...(await beforehand(dir, copied, filter)),
    ...[bubblewrap, ...(filter === '' ? [] : ['--seccomp', filterDescriptor])],
    // A root on the disk: what is written beside the mounts must count there, and not in memory.
    ...['--bind', join(dir, 'root'), '/'],
    ...[...walls, ...kernel.words, '--uid', user, '--gid', user, ...system],
    ...Object.keys({ ...accounts, hosts }).flatMap((name) => ['--ro-bind', join(etc, name), `/etc/${name}`]),
    ...['--bind', join(dir, 'tmp'), '/tmp', '--dir', '/root'],
    ...(enclosure.network === 'none' ? ['--unshare-net'] : []),
    ...(enclosure.hostname === undefined ? [] : ['--hostname', enclosure.hostname]),
    ...enclosure.mounts.flatMap((mount) => {
      const from = mount.writable === 'copy' ? overlayOf(dir, copied.indexOf(mount)) : mount.from;
      return [mount.writable ? '--bind' : '--ro-bind', from, mount.to];
    }),
    ...['--chdir', cwd, '--', '/usr/bin/env', '--default-signal', ...command],
  ];
}
