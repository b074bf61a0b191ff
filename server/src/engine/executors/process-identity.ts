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
  return /^[1-9]\d*$/.test(pid) && startTime && bootId ? { pid: Number(pid), startTime, bootId } : undefined;
}

const bootIdNow = async () => (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();

const fieldsOf = (stat: string) => stat.slice(stat.lastIndexOf(')') + 2).split(' ');

/** This very process, in the form that readIdentity reads. */
export async function ownIdentity(): Promise<string> {
  return `${process.pid} ${fieldsOf(await readFile('/proc/self/stat', 'utf8'))[19]} ${await bootIdNow()}\n`;
}

async function look({ pid, startTime, bootId }: ProcessIdentity): Promise<'alive' | 'zombie' | 'another' | 'nobody'> {
  if ((await bootIdNow()) !== bootId) return 'another';
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return 'nobody';
  const fields = fieldsOf(stat);
  if (fields[19] !== startTime) return 'another';
  return fields[0] === 'Z' || fields[0] === 'X' ? 'zombie' : 'alive';
}

/** Whether exactly this process runs. A zombie does not. */
export const isAlive = async (identity: ProcessIdentity): Promise<boolean> => (await look(identity)) === 'alive';

/**
 * Whether the process group that this process leads or led can only be its own: the kernel gives no pid out anew while a group bears it, so where
 * nobody has the pid, members of the group are those that the leader left behind.
 */
export const ownsGroup = async (leader: ProcessIdentity): Promise<boolean> => (await look(leader)) !== 'another';
