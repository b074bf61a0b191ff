/** Runs of an executor, and their traces. */
import type { Executor, RunStatus } from '../../server/src/engine/executor.ts';

/** Waits for a run's end. The executor's own watching keeps no process alive: a server has its sockets, a test has this. */
export async function runEnd(executor: Pick<Executor, 'onExit' | 'status'>, dir: string): Promise<RunStatus> {
  const alive = setInterval(() => {}, 1000);
  await new Promise<void>((ended) => {
    executor.onExit(dir, ended);
  });
  clearInterval(alive);
  return executor.status(dir);
}

/** How often a program began that says so in its first line, `began <its own word>`: after a kill of the server the same line may be in the log twice. */
export const beginnings = (log: readonly string[]) => new Set(log.filter((line) => line.startsWith('began '))).size;
