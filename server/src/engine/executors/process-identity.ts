/** Which process a pid meant: pids are given out again, so a process is its pid, its start time and the boot that it belongs to. */
import { readFile } from 'node:fs/promises';

export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of /proc/<pid>/stat, in clock ticks since boot: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
  readonly startTime: string;
  readonly bootId: string;
}

/** Reads what the supervisor wrote. Undefined where the file is not there. */
export async function readIdentity(file: string): Promise<ProcessIdentity | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  const [pid = '', startTime = '', bootId = ''] = (text ?? '').trim().split(' ');
  return /^\d+$/.test(pid) && startTime && bootId ? { pid: Number(pid), startTime, bootId } : undefined;
}

/** Whether exactly this process runs. A zombie does not. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  if (boot !== identity.bootId) return false;
  const stat = await readFile(`/proc/${identity.pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] !== 'Z' && fields[19] === identity.startTime;
}
