/**
 * Sandboxes a program with bubblewrap: it sees its mounts, what every program needs of the system, a /tmp and a /proc of its own, and no other process.
 * Files of the system come from an allow-list: if the platform runs as root, `/` as a whole would show the files of root, in spite of the user namespace.
 */
import { execFile } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Log } from '../../kit/log.ts';
import type { Mount, ProcessSpec, SandboxOptions } from '../executor.ts';
import { removeTree } from '../remove-tree.ts';
import type { KernelInterfaces } from './kernel-interfaces.ts';
import { missingForOverlays, overlaid, overlayOf } from './overlays.ts';

type Command = readonly [string, ...string[]];

/** Folders of programs and libraries. On a merged /usr all but the first are links into it. */
const systemFolders = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];
/** Files that programs look up. None of them is secret (keys are in /etc/ssl/private). */
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

/** The arguments of bubblewrap that show the system's programs and libraries. */
async function systemArgs(): Promise<readonly string[]> {
  const args: string[] = [];
  for (const folder of systemFolders) {
    const found = await lstat(folder).catch(() => undefined);
    if (found?.isSymbolicLink()) args.push('--symlink', await readlink(folder), folder);
    else if (found) args.push('--ro-bind', folder, folder);
  }
  return [...args, ...systemFiles.flatMap((file) => ['--ro-bind-try', file, file])];
}

const isolationArgs = [
  ...['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
  ...['--die-with-parent', '--cap-drop', 'ALL', '--proc', '/proc', '--dev', '/dev'],
];

/** What this machine has for sandboxing programs. */
export interface Sandbox {
  readonly bubblewrap: string;
  /** The arguments that show the system. Read once: the machine's layout does not change under a running server. */
  readonly system: readonly string[];
  readonly kernel: KernelInterfaces;
  /** Whether a mount can be written to without changing what is mounted. */
  readonly overlays: boolean;
}

/** Undefined if this machine cannot sandbox programs. Throws if `wanted` is `required` and it cannot. */
export async function findSandbox(
  wanted: 'auto' | 'required' | 'off',
  runsDir: string,
  kernel: KernelInterfaces,
  log: Log,
): Promise<Sandbox | undefined> {
  if (wanted === 'off') return undefined;
  const program = await findProgram('bwrap');
  const system = await systemArgs();
  const missing = program
    ? await missingRequirement({ bubblewrap: program, system, kernel, overlays: false }, runsDir)
    : 'bubblewrap (bwrap) is not installed';
  if (program && !missing) {
    const because = await missingForOverlays(runsDir);
    if (because) log.warn('sandbox: inputs of jobs are copied, not linked: overlays cannot be mounted', { because });
    if (!kernel.filter)
      log.warn('sandbox: jobs may make every system call: the calls of this architecture are not known', {
        arch: process.arch,
      });
    return { bubblewrap: program, system, kernel, overlays: !because };
  }
  if (wanted === 'required') throw new Error(`--sandbox required: programs cannot be sandboxed: ${missing}`);
  log.warn('sandbox: jobs run without a sandbox: they can read every file that the server can read', {
    because: missing,
    ...(program ? {} : { fix: 'apt-get install bubblewrap (the same name in dnf, pacman and apk), then start again' }),
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

/** Why this machine cannot sandbox programs; undefined if it can. */
async function missingRequirement(sandbox: Sandbox, runsDir: string): Promise<string | undefined> {
  await mkdir(runsDir, { recursive: true, mode: 0o700 });
  const dir = await mkdtemp(join(runsDir, 'sandbox-'));
  try {
    const spec = { kind: 'process', dir, env: {}, cwd: '/', command: ['/bin/true'] } as const;
    const [program, ...args] = await sandboxedCommand(sandbox, spec, { mounts: [], network: 'open', hosts: {} });
    await promisify(execFile)(program, args, { timeout: 10_000 });
    return undefined;
  } catch (error) {
    const { stderr = '', message } = error as { stderr?: string; message: string };
    return stderr.trim() || message;
  } finally {
    await removeTree(dir);
  }
}

/** The descriptor by which bubblewrap gets its filter: a shell can name only 0 to 9, and no other part uses 9. */
const filterDescriptor = '9';

/**
 * The command in front of bubblewrap's. It ignores SIGTERM, which is for the program: bubblewrap would die of it and kill the program at once.
 */
async function launcherOf(dir: string, copied: readonly Mount[], filter: string): Promise<Command> {
  const script = `trap '' TERM; ${filter === '' ? '' : `exec ${filterDescriptor}<"$0"; `}exec "$@"`;
  const launcher: Command = ['/bin/sh', '-c', script, filter === '' ? 'sh' : filter];
  return copied.length === 0 ? launcher : [...launcher, ...(await overlaid(dir, copied))];
}

/** Writes the filter of system calls where bubblewrap can read it. Returns the file's path, '' if there is no filter. */
async function writeFilter(dir: string, { kernel }: Sandbox, { nests }: SandboxOptions): Promise<string> {
  const filter = nests ? kernel.nestingFilter : kernel.filter;
  if (!filter) return '';
  const file = join(dir, 'seccomp');
  await writeFile(file, filter);
  return file;
}

/** Prepares the sandbox in the run's folder and returns the command that runs the program inside. */
export async function sandboxedCommand(sandbox: Sandbox, spec: ProcessSpec, options: SandboxOptions): Promise<Command> {
  const { bubblewrap, system, kernel } = sandbox;
  const { dir, command, cwd } = spec;
  const etc = join(dir, 'etc');
  const user = String(options.user ?? 0);
  const copied = options.mounts.filter(({ writable }) => writable === 'copy');
  const hosts = ['127.0.0.1 localhost', '::1 localhost'].concat(
    Object.entries(options.hosts).map(([name, address]) => `${address} ${name}`),
  );
  for (const folder of [etc, ...['root', 'tmp'].map((name) => join(dir, name))])
    await mkdir(folder, { recursive: true, mode: 0o755 });
  for (const [name, text] of Object.entries({ ...accounts, hosts: `${hosts.join('\n')}\n` }))
    await writeFile(join(etc, name), text);
  const filter = await writeFilter(dir, sandbox, options);
  return [
    ...(await launcherOf(dir, copied, filter)),
    ...[bubblewrap, ...(filter === '' ? [] : ['--seccomp', filterDescriptor])],
    // The root is on the disk: what the program writes outside its mounts must use disk, not memory.
    ...['--bind', join(dir, 'root'), '/'],
    ...[...isolationArgs, ...kernel.args, '--uid', user, '--gid', user, ...system],
    ...Object.keys({ ...accounts, hosts }).flatMap((name) => ['--ro-bind', join(etc, name), `/etc/${name}`]),
    ...['--bind', join(dir, 'tmp'), '/tmp', '--dir', '/root'],
    ...(options.network === 'none' ? ['--unshare-net'] : []),
    ...(options.hostname === undefined ? [] : ['--hostname', options.hostname]),
    ...options.mounts.flatMap((mount) => {
      const from = mount.writable === 'copy' ? overlayOf(dir, copied.indexOf(mount)) : mount.from;
      return [mount.writable ? '--bind' : '--ro-bind', from, mount.to];
    }),
    ...['--chdir', cwd, '--', '/usr/bin/env', '--default-signal', ...command],
  ];
}
