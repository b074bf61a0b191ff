/**
 * Runs as containers. The container's name is derived from the folder, and the folder keeps what the engine forgets: which process started it,
 * its output, how it ended. So a run is started at most once, and any server can adopt it. A container is removed as soon as its end is recorded.
 */
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../../kit/log.ts';
import type { ContainerSpec, Executor, RunStatus } from '../executor.ts';
import { removeTree } from '../remove-tree.ts';
import { wereMounted } from './container-copies.ts';
import { type ContainerEngineOptions, containerEngine } from './container-engine.ts';
import { isContainerRun, readEnd, recordContainer, recordEnd, takeTurn, wasTaken } from './container-record.ts';
import { containerName } from './container-settings.ts';
import { containerWatch } from './container-watch.ts';

export interface ContainerExecutor extends Executor<ContainerSpec> {
  /** Stops the watches. The containers continue. */
  stop(): Promise<void>;
}

export interface ContainerExecutorOptions extends ContainerEngineOptions {
  readonly log: Log;
}

const turnEveryMs = 20;
/** The exit codes of shells and engines for a program that could not be run. */
const notRunnable = 127;

export function containerExecutor({ log, ...options }: ContainerExecutorOptions): ContainerExecutor {
  const engine = containerEngine(options);
  const watch = containerWatch(engine, status, log);
  let swept: Promise<void> | undefined;

  /** Starts a container that was created and never started. An engine would start an ended container again, so only the owner of a turn starts it. */
  async function begin(spec: ContainerSpec): Promise<void> {
    const { dir } = spec;
    const name = containerName(dir);
    while ((await engine.look(name))?.phase === 'made') {
      const turn = await takeTurn(dir);
      if (!turn) {
        await delay(turnEveryMs);
        continue;
      }
      // Between the check and the turn, another server may have started it, and it may have ended.
      if ((await engine.look(name))?.phase !== 'made') return;
      try {
        let failure = await engine.start(name);
        if (failure) failure = await startWithCopies(spec, failure);
        if (failure) await failToStart(dir, failure);
        return;
      } catch (error) {
        await turn.giveBack();
        throw error;
      }
    }
  }

  /** Retries after a failure whose cause may be mounts that this engine cannot make. Returns why the container could not be started. */
  async function startWithCopies(spec: ContainerSpec, first: string): Promise<string | undefined> {
    if (await wereMounted(spec)) return first;
    await engine.remove(containerName(spec.dir));
    await engine.create(spec, 'plain copies');
    return engine.start(containerName(spec.dir));
  }

  async function failToStart(dir: string, reason: string): Promise<void> {
    // Engines name the folders that they mount, which must not be shown to the run's owner.
    const shown = reason.replaceAll(dir, '…');
    await appendFile(join(dir, 'log'), `clary: the container could not be started: ${shown}\n`, { mode: 0o600 });
    await recordEnd(dir, { state: 'exited', exitCode: notRunnable, endedAt: new Date() });
    await engine.remove(containerName(dir));
  }

  async function start(spec: ContainerSpec): Promise<void> {
    const { dir } = spec;
    if ((await status(dir)).state !== 'absent') return watch.attend(dir);
    await recordContainer(dir, spec.image);
    if (!(await engine.look(containerName(dir)))) await engine.create(spec);
    await begin(spec);
    log.debug('a container started', { dir, image: spec.image });
    watch.attend(dir);
  }

  async function status(dir: string): Promise<RunStatus> {
    const end = await readEnd(dir);
    if (end) return end;
    if (!(await isContainerRun(dir))) return { state: 'absent' };
    const found = await engine.look(containerName(dir));
    if (found?.phase === 'running') return { state: 'running', pid: found.pid, startedAt: found.startedAt };
    if (found?.phase === 'ended') return watch.finish(dir, found);
    if (found || !(await wasTaken(dir))) return { state: 'absent' };
    // It may have been completed between the checks.
    const last = (await readEnd(dir)) ?? { state: 'lost' as const };
    if (last.state === 'lost') await recordEnd(dir, last);
    return last;
  }

  const isOver = async (dir: string) => !(await isContainerRun(dir)) || (await readEnd(dir)) !== undefined;

  /** Removes containers and volumes whose folder was removed before them: the server was killed in between. */
  async function sweep(): Promise<void> {
    for (const { id, dir } of await engine.list()) {
      if (await isOver(dir)) await engine.remove(id);
    }
    for (const { name, dir } of await engine.listVolumes()) if (await isOver(dir)) await engine.removeVolume(name);
  }

  async function warnOfLimits(): Promise<void> {
    const { keeps } = await engine.machine();
    const lacking = Object.keys(keeps).filter((limit) => !keeps[limit as keyof typeof keeps]);
    if (lacking.length > 0)
      log.warn('containers: instance limits are not enforced: the engine has no control groups for them', {
        lacking,
      });
  }

  return {
    async start(spec) {
      swept ??= sweep().then(warnOfLimits);
      await swept.catch((error) => {
        swept = undefined;
        throw error;
      });
      return start(spec);
    },
    status,
    async signal(dir, name) {
      if ((await status(dir)).state === 'running') await engine.kill(containerName(dir), name);
    },
    onExit: watch.onExit,
    logFile: (dir) => join(dir, 'log'),
    layerBytes: (dir) => engine.layerBytes(containerName(dir)),
    async remove(dir) {
      await watch.leave(dir);
      await engine
        .remove(containerName(dir))
        .catch((error) =>
          log.warn('containers: container stays until the next start: the engine does not respond', { dir, error }),
        );
      await removeTree(dir);
    },
    stop: watch.stop,
  };
}
