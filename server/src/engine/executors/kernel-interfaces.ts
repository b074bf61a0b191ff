/**
 * What a sandbox may see and call of the kernel itself. A program whose user is root on the machine may write what /proc gives to root, whatever its
 * namespaces: bubblewrap's `--proc` leaves /proc/sys writable then. So everything in /proc that is of no process is read-only, and what it shows to root
 * alone is hidden, with what container runtimes hide: https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md (maskedPaths, readonlyPaths).
 */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { seccompFilter } from './seccomp.ts';

/** Masked by runc for containers: they tell of other programs or of the hardware. */
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

/** bubblewrap's words, to stand behind `--proc /proc`. */
export async function procWords(proc = '/proc'): Promise<readonly string[]> {
  const words: string[] = [];
  for (const name of (await readdir(proc)).sort()) {
    if (/^\d+$/.test(name)) continue;
    const path = join(proc, name);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isDirectory()) {
      if (hidden.includes(name)) words.push('--tmpfs', path, '--remount-ro', path);
      else words.push('--ro-bind', path, path);
    } else if (found?.isFile()) {
      if (hidden.includes(name) || (found.mode & readableByAll) === 0) words.push('--dev-bind', '/dev/null', path);
      else if (found.mode & writableByAny) words.push('--ro-bind', path, path);
    }
  }
  return words;
}

export interface KernelInterfaces {
  /** bubblewrap's words, to stand behind `--proc /proc`. */
  readonly words: readonly string[];
  /** For programs, and for those that make sandboxes of their own. */
  readonly filter: Buffer | undefined;
  readonly nestingFilter: Buffer | undefined;
}

export const kernelInterfaces = async (): Promise<KernelInterfaces> => ({
  words: await procWords(),
  filter: seccompFilter(process.arch, { nests: false }),
  nestingFilter: seccompFilter(process.arch, { nests: true }),
});

/** By which the runtime, whose sandboxes are its own, gets the same (runtime/src/sandbox/kernel-interfaces.ts). */
export const kernelVariable = ({ words, filter }: KernelInterfaces): Record<string, string> => ({
  CLARY_SANDBOX_KERNEL: JSON.stringify({ words, filter: filter?.toString('base64') }),
});
