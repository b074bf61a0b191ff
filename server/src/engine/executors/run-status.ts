/** Reads the status of a run from its folder. Must never write there and never guess: an unknown end is `lost`. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunStatus } from '../executor.ts';
import { isAlive, readIdentity } from './process-identity.ts';

/** How long a supervisor and its program may take from the claim to their records. */
const claimGraceMs = 5000;

const modified = (path: string): Promise<Date | undefined> =>
  stat(path).then(
    (found) => found.mtime,
    () => undefined,
  );

/** Whether a server has claimed the run. */
export const isClaimed = async (dir: string): Promise<boolean> => (await modified(join(dir, 'claim'))) !== undefined;

async function findExit(dir: string): Promise<RunStatus | undefined> {
  const file = join(dir, 'exit');
  const endedAt = await modified(file);
  if (!endedAt) return undefined;
  const text = (await readFile(file, 'utf8')).trim();
  // After a power cut, a file system that does not order writes can have the name without its bytes.
  const [, code, cause] = /^(\d+)( oom)?$/.exec(text) ?? [];
  if (code === undefined) return { state: 'lost' };
  return { state: 'exited', exitCode: Number(code), endedAt, ...(cause ? { outOfMemory: true } : {}) };
}

export async function readStatus(dir: string): Promise<RunStatus> {
  const exit = await findExit(dir);
  if (exit) return exit;
  const startedAt = await modified(join(dir, 'claim'));
  if (!startedAt) return { state: 'absent' };
  const program = await readIdentity(join(dir, 'pid'));
  if (program && (await isAlive(program))) return { state: 'running', pid: program.pid, startedAt };
  const shell = await readIdentity(join(dir, 'supervisor'));
  // The supervisor lives: it is about to start the program, or to write how it ended.
  if (shell && (await isAlive(shell))) return { state: 'running', pid: shell.pid, startedAt };
  if (!program && Date.now() - startedAt.getTime() < claimGraceMs) return { state: 'running', pid: 0, startedAt };
  // It may have ended between the checks.
  return (await findExit(dir)) ?? { state: 'lost' };
}
