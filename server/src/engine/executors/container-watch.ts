/**
 * Watches running containers: copies their output, records how they ended, notifies listeners. One watch per container and process is
 * enough; the watch after a restart continues where the former one stopped. A container must not be reported as ended before its whole log is in the folder.
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../../kit/log.ts';
import type { RunStatus } from '../executor.ts';
import type { ContainerEngine, ContainerState } from './container-engine.ts';
import { type LogCopier, logCopier } from './container-log.ts';
import { readEnd, recordEnd } from './container-record.ts';
import { containerName } from './container-settings.ts';

/** How often a run is checked. */
const lookEveryMs = 250;

interface Attended {
  readonly listeners: Set<() => void>;
  readonly stop: AbortController;
  over: Promise<void>;
}

export interface ContainerWatch {
  attend(dir: string): void;
  onExit(dir: string, listener: () => void): () => void;
  /** Completes a container that has ended: copies its log, records its end, then removes it. */
  finish(dir: string, state: ContainerState): Promise<RunStatus>;
  /** Stops all watches and forgets the listeners. */
  leave(dir: string): Promise<void>;
  stop(): Promise<void>;
}

export function containerWatch(
  engine: ContainerEngine,
  /** Completes containers that have ended. */
  status: (dir: string) => Promise<RunStatus>,
  log: Log,
): ContainerWatch {
  const attended = new Map<string, Attended>();
  const finishing = new Map<string, Promise<RunStatus>>();
  const copiers = new Map<string, LogCopier>();

  async function copyLog(dir: string, { logPath }: ContainerState, signal: AbortSignal): Promise<void> {
    const copier = copiers.get(dir) ?? logCopier(join(dir, 'log'));
    copiers.set(dir, copier);
    await copier.copy({ file: logPath, follow: () => engine.log(containerName(dir), signal) }, signal);
  }

  async function recordAndRemove(dir: string, state: ContainerState): Promise<RunStatus> {
    const known = await readEnd(dir);
    if (known) return known;
    await copyLog(dir, state, new AbortController().signal);
    const { end } = state;
    const last = end
      ? { state: 'exited' as const, exitCode: end.exitCode, endedAt: end.at }
      : { state: 'lost' as const };
    await recordEnd(dir, last);
    copiers.delete(dir);
    await engine
      .remove(containerName(dir))
      .catch((error) => log.warn('containers: container could not be removed', { dir, error }));
    return last;
  }

  /** Waits until the container's end is recorded, and copies the log meanwhile. */
  async function watch(dir: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const { state } = await status(dir);
        if (state === 'exited' || state === 'lost') return;
        const found = await engine.look(containerName(dir));
        if (found?.phase === 'running') await copyLog(dir, found, signal);
      } catch (error) {
        if (!signal.aborted) log.warn('containers: container status could not be read', { dir, error });
      }
      await delay(lookEveryMs, undefined, { signal }).catch(() => {});
    }
  }

  function attend(dir: string): Attended {
    const known = attended.get(dir);
    if (known) return known;
    const stop = new AbortController();
    const made: Attended = { listeners: new Set(), stop, over: Promise.resolve() };
    attended.set(dir, made);
    made.over = watch(dir, stop.signal).then(() => {
      if (attended.get(dir) === made) attended.delete(dir);
      if (!stop.signal.aborted) for (const listener of made.listeners) listener();
    });
    return made;
  }

  async function leave(dir: string): Promise<void> {
    const known = attended.get(dir);
    known?.stop.abort();
    await known?.over;
    copiers.delete(dir);
  }

  return {
    attend,
    onExit(dir, listener) {
      const { listeners } = attend(dir);
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    finish(dir, state) {
      const running = finishing.get(dir) ?? recordAndRemove(dir, state).finally(() => finishing.delete(dir));
      finishing.set(dir, running);
      return running;
    },
    leave,
    async stop() {
      await Promise.all([...attended.keys()].map(leave));
      await Promise.allSettled(finishing.values());
    },
  };
}
