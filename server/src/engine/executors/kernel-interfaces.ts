/**
 * The interfaces of the kernel that a sandboxed program may use. A program whose user is root on the machine may write what /proc gives to root, whatever its
 * namespaces: bubblewrap's `--proc` leaves /proc/sys writable then. So everything in /proc that does not belong to a process is read-only, and what it shows to root
 * alone is hidden, as are the files that container runtimes hide: https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md (maskedPaths, readonlyPaths).
 */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { seccompFilter } from './seccomp.ts';

/** Masked by runc for containers: they reveal other programs or the hardware. */
const hidden = [
  'acpi',
  'interrupts',
  'kcore',
  'keys',
  'key-users',
  'latency_stats',
  'sched_debug',
  'scsi',
  'timer_list',
  'timer_stats',
];

const readableByAll = 0o004;
const writableByAny = 0o222;

/** The arguments of bubblewrap that follow `--proc /proc`. */
export async function procArgs(proc = '/proc'): Promise<readonly string[]> {
  const args: string[] = [];
  for (const name of (await readdir(proc)).sort()) {
    if (/^\d+$/.test(name)) continue;
    const path = join(proc, name);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isDirectory()) {
      if (hidden.includes(name)) args.push('--tmpfs', path, '--remount-ro', path);
      else args.push('--ro-bind', path, path);
    } else if (found?.isFile()) {
      if (hidden.includes(name) || (found.mode & readableByAll) === 0) args.push('--dev-bind', '/dev/null', path);
      else if (found.mode & writableByAny) args.push('--ro-bind', path, path);
    }
  }
  return args;
}

export interface KernelInterfaces {
  /** The arguments of bubblewrap that follow `--proc /proc`. */
  readonly args: readonly string[];
  /** `filter` is for programs, `nestingFilter` for programs that create sandboxes of their own. */
  readonly filter: Buffer | undefined;
  readonly nestingFilter: Buffer | undefined;
}

export const kernelInterfaces = async (): Promise<KernelInterfaces> => ({
  args: await procArgs(),
  filter: seccompFilter(process.arch, { nests: false }),
  nestingFilter: seccompFilter(process.arch, { nests: true }),
});

/** Passes them to the runtime, which creates sandboxes of its own (runtime/src/sandbox/kernel-interfaces.ts). */
export const kernelVariable = ({ args, filter }: KernelInterfaces): Record<string, string> => ({
  CLARY_SANDBOX_KERNEL: JSON.stringify({ args, filter: filter?.toString('base64') }),
});
