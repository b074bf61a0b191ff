/** Runs as plain processes, each under a supervisor of its own (supervisor.sh). The run's folder is the only memory: any server can pick a run up. */
import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Log } from '../../kit/log.ts';
import type { Executor, RunSpec, RunStatus } from '../executor.ts';
import { isAlive, type ProcessIdentity, readIdentity } from './process-identity.ts';

const supervisor = fileURLToPath(new URL('./supervisor.sh', import.meta.url));
/** How long a supervisor may take from its claim to its first record. */
const claimGraceMs = 5000;
/** How often a run is looked at where the folder's watch said nothing. */
const lookEveryMs = 1000;

const exists = (path: string) =>
  stat(path).then(
    (found) => found,
    () => undefined,
  );

async function status(dir: string): Promise<RunStatus> {
  const ended = await exists(join(dir, 'exit'));
  if (ended) {
    const exitCode = Number((await readFile(join(dir, 'exit'), 'utf8')).trim());
    return { state: 'exited', exitCode, endedAt: ended.mtime };
  }
  const claimed = await exists(join(dir, 'claim'));
  if (!claimed) return { state: 'absent' };
  const program = await readIdentity(join(dir, 'pid'));
  if (program && (await isAlive(program))) return { state: 'running', pid: program.pid, startedAt: claimed.mtime };
  const shell = await readIdentity(join(dir, 'supervisor'));
  // The shell lives: it is about to start the program, or to write how it ended.
  if (shell && (await isAlive(shell))) return { state: 'running', pid: shell.pid, startedAt: claimed.mtime };
  if (!shell && Date.now() - claimed.mtimeMs < claimGraceMs) {
    return { state: 'running', pid: 0, startedAt: claimed.mtime };
  }
  return (await exists(join(dir, 'exit'))) ? status(dir) : { state: 'lost' };
}

async function start({ dir, command, env, cwd }: RunSpec, log: Log): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  if (await exists(join(dir, 'claim'))) return;
  const child = spawn('/bin/sh', [supervisor, dir, ...command], {
    cwd,
    env: { ...env },
    detached: true,
    stdio: 'ignore',
  });
  let gone: string | undefined;
  child.once('error', (error) => {
    gone = error.message;
  });
  child.once('exit', (code, signal) => {
    gone = `status ${code ?? signal}`;
  });
  child.unref();
  while (!(await exists(join(dir, 'claim')))) {
    if (gone) throw new Error(`the supervisor of ${dir} ended before it began: ${gone}`);
    await delay(1);
  }
  log.debug('a run started', { dir, supervisor: child.pid });
}

/** The program's identity; waits for the moment in which its supervisor has begun and not yet written it. */
async function programOf(dir: string): Promise<ProcessIdentity | undefined> {
  for (;;) {
    const program = await readIdentity(join(dir, 'pid'));
    if (program) return program;
    if ((await status(dir)).state !== 'running') return undefined;
    await delay(1);
  }
}

async function signalRun(dir: string, name: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const program = await programOf(dir);
  if (!program || !(await isAlive(program))) return;
  const supervisorOf = await readIdentity(join(dir, 'supervisor'));
  try {
    // A kill reaches the program alone: its supervisor then writes the status and ends the rest of the group.
    if (name === 'SIGKILL' || !supervisorOf) process.kill(program.pid, name);
    else process.kill(-supervisorOf.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function onExit(dir: string, listener: () => void): () => void {
  let open = true;
  const stop = () => {
    open = false;
    clearInterval(timer);
    watcher?.close();
  };
  const look = async () => {
    const { state } = await status(dir);
    if (!open || state === 'running' || state === 'absent') return;
    stop();
    listener();
  };
  const timer = setInterval(() => void look(), lookEveryMs).unref();
  let watcher: ReturnType<typeof watch> | undefined;
  try {
    watcher = watch(dir, { persistent: false }, (_, name) => {
      if (name === 'exit') void look();
    });
    watcher.on('error', () => watcher?.close());
  } catch {
    // No watch (the limit of watches is reached): the timer sees the end, only later.
  }
  void look();
  return stop;
}

export function processExecutor({ log }: { log: Log }): Executor {
  return {
    start: (spec) => start(spec, log),
    status,
    signal: signalRun,
    onExit,
    logFile: (dir) => join(dir, 'log'),
  };
}
