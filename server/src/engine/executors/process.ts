/** Runs as plain processes, each with a supervisor of its own (supervisor.sh). The run's folder is the only state: any server can adopt a run. */
import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Log } from '../../kit/log.ts';
import type { Executor, ProcessSpec } from '../executor.ts';
import { removeTree } from '../remove-tree.ts';
import { type Sandbox, sandboxedCommand } from './bubblewrap.ts';
import { type Cgroups, endGroups, enterCommand, leaveGroups } from './cgroups.ts';
import { inheritedDescriptors, withoutDescriptors } from './inherited-descriptors.ts';
import { isAlive, ownsGroup, type ProcessIdentity, readIdentity } from './process-identity.ts';
import { isClaimed, readStatus } from './run-status.ts';

const supervisor = fileURLToPath(new URL('./supervisor.sh', import.meta.url));
/** How often a run is checked in case the watch of its folder missed a change. */
const lookEveryMs = 1000;

/** What the executor needs of its machine, determined once. */
interface Machine {
  /** Descriptors that this process inherited. */
  readonly inherited: readonly number[];
  readonly sandbox: Sandbox | undefined;
  readonly cgroups: Cgroups | undefined;
}

/** Returns whether the process has ended, and how. */
async function spawnSupervisor(
  { dir, command, env, cwd }: ProcessSpec,
  inherited: readonly number[],
): Promise<() => string | undefined> {
  let gone: string | undefined;
  const nullFile = await open('/dev/null', 'r+');
  try {
    const child = spawn('/bin/sh', [supervisor, dir, ...command], {
      cwd,
      env: { ...env },
      detached: true,
      stdio: withoutDescriptors(inherited, nullFile.fd),
    });
    child.once('error', (error) => {
      gone = error.message;
    });
    child.once('exit', (code, signal) => {
      gone = `status ${code ?? signal}`;
    });
    child.unref();
  } finally {
    await nullFile.close();
  }
  return () => gone;
}

/** The command that the supervisor runs, and its working directory. */
async function outside(spec: ProcessSpec, { sandbox }: Machine): Promise<ProcessSpec> {
  if (!spec.sandbox || !sandbox) return spec;
  return { ...spec, command: await sandboxedCommand(sandbox, spec, spec.sandbox), cwd: spec.dir };
}

async function limited(spec: ProcessSpec, { cgroups }: Machine): Promise<ProcessSpec> {
  if (!spec.limits || !cgroups) return spec;
  const [program, ...args] = enterCommand(await cgroups.enter(spec.dir, spec.limits));
  return program ? { ...spec, command: [program, ...args, ...spec.command] } : spec;
}

async function start(given: ProcessSpec, machine: Machine, log: Log): Promise<void> {
  const { dir } = given;
  await mkdir(dir, { recursive: true, mode: 0o700 });
  if (await isClaimed(dir)) return;
  const spec = await limited(await outside(given, machine), machine);
  const findEnd = await spawnSupervisor(spec, machine.inherited);
  while (!(await isClaimed(dir))) {
    const end = findEnd();
    if (end) throw new Error(`the supervisor of ${dir} ended before it began, with ${spec.cwd} as its folder: ${end}`);
    await delay(1);
  }
  log.debug('a run started', { dir });
}

function send(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The program's identity. Waits while its supervisor has started and the program has not recorded itself yet. */
async function programOf(dir: string): Promise<ProcessIdentity | undefined> {
  for (;;) {
    const program = await readIdentity(join(dir, 'pid'));
    if (program) return program;
    if ((await readStatus(dir)).state !== 'running') return undefined;
    await delay(1);
  }
}

/** Ends the remaining processes of a run whose supervisor is dead. */
async function endLeftovers(dir: string): Promise<void> {
  await endGroups(dir);
  const shell = await readIdentity(join(dir, 'supervisor'));
  if (shell && (await ownsGroup(shell))) send(-shell.pid, 'SIGKILL');
}

async function signalRun(dir: string, name: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const program = await programOf(dir);
  const shell = await readIdentity(join(dir, 'supervisor'));
  const supervised = shell !== undefined && (await isAlive(shell));
  if (name === 'SIGKILL' && !supervised) return endLeftovers(dir);
  if (!program || !(await isAlive(program))) return;
  // Kills only the program: its supervisor then writes the status and ends the rest of the group.
  if (name === 'SIGKILL' || !shell) send(program.pid, name);
  else send(-shell.pid, name);
}

function onExit(dir: string, listener: () => void, log: Log): () => void {
  let open = true;
  const stop = () => {
    open = false;
    clearInterval(timer);
    watcher?.close();
  };
  const look = async () => {
    const { state } = await readStatus(dir);
    if (!open || state === 'running' || state === 'absent') return;
    stop();
    if (state === 'lost') await endLeftovers(dir);
    listener();
  };
  const lookOrWarn = () => {
    look().catch((error) => log.warn('executor: run status could not be read', { dir, error }));
  };
  const timer = setInterval(lookOrWarn, lookEveryMs).unref();
  let watcher: ReturnType<typeof watch> | undefined;
  try {
    watcher = watch(dir, { persistent: false }, (_, name) => {
      if (name === 'exit') lookOrWarn();
    });
    watcher.on('error', () => watcher?.close());
  } catch {
    // Without a watch (the limit of watches is reached) the timer notices the end later.
  }
  lookOrWarn();
  return stop;
}

export interface ProcessExecutorOptions {
  readonly log: Log;
  /** Absent: a run that requests a sandbox is a plain process. */
  readonly sandbox?: Sandbox | undefined;
  /** Absent: a run's limits are not enforced. */
  readonly cgroups?: Cgroups | undefined;
}

export function processExecutor({ log, sandbox, cgroups }: ProcessExecutorOptions): Executor<ProcessSpec> {
  const look = async () => ({ inherited: await inheritedDescriptors(), sandbox, cgroups });
  const machine = look();
  machine.catch(() => {});
  return {
    start: async (spec) => start(spec, await machine, log),
    status: readStatus,
    signal: signalRun,
    onExit: (dir, listener) => onExit(dir, listener, log),
    logFile: (dir) => join(dir, 'log'),
    layerBytes: async () => 0,
    async remove(dir) {
      await leaveGroups(dir);
      await removeTree(dir);
    },
  };
}
