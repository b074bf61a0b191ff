/** Identifies a process. Pids are reused, so a process is its pid, its start time and its boot. */
import { readFile } from 'node:fs/promises';

export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of /proc/<pid>/stat, in clock ticks since boot: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
  readonly startTime: string;
  readonly bootId: string;
}

/** Reads the supervisor's record. Undefined if the file does not exist. */
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

/** This process, in the format of readIdentity. */
export async function ownIdentity(): Promise<string> {
  return `${process.pid} ${fieldsOf(await readFile('/proc/self/stat', 'utf8'))[19]} ${await bootIdNow()}\n`;
}

async function look({ pid, startTime, bootId }: ProcessIdentity): Promise<'alive' | 'zombie' | 'another' | 'none'> {
  if ((await bootIdNow()) !== bootId) return 'another';
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return 'none';
  const fields = fieldsOf(stat);
  if (fields[19] !== startTime) return 'another';
  return fields[0] === 'Z' || fields[0] === 'X' ? 'zombie' : 'alive';
}

/** Whether exactly this process runs. A zombie does not count. */
export const isAlive = async (identity: ProcessIdentity): Promise<boolean> => (await look(identity)) === 'alive';

/**
 * Whether the group of this pid can only be this process's: the kernel does not reuse a pid while a group has it, so if
 * no process has the pid, the members of the group are those that the leader left behind.
 */
export const ownsGroup = async (leader: ProcessIdentity): Promise<boolean> => (await look(leader)) !== 'another';
