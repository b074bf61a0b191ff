/**
 * Attends to containers that run: copies what they print, records how they ended, tells who asked. One who attends to a container per process is
 * enough; a second one, after a restart, goes on where the first stopped. Must never call a container ended whose log is not all in the folder.
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../../kit/log.ts';
import type { RunStatus } from '../executor.ts';
import type { ContainerEngine, ContainerState } from './container-engine.ts';
import { copyFrames } from './container-log.ts';
import { readEnd, recordEnd } from './container-record.ts';
import { containerName } from './container-settings.ts';

/** How soon a run is looked at again whose log ended although it runs, or whose engine did not answer. */
const lookAgainMs = 500;

interface Attended {
  readonly listeners: Set<() => void>;
  readonly stop: AbortController;
  over: Promise<void>;
}

export interface ContainerWatch {
  attend(dir: string): void;
  onExit(dir: string, listener: () => void): () => void;
  /** The end of a container that ended: its log is copied, its end recorded, then it is removed. */
  finish(dir: string, state: ContainerState): Promise<RunStatus>;
  /** Nobody attends to it any more; listeners are forgotten. */
  leave(dir: string): Promise<void>;
  stop(): Promise<void>;
}

export function containerWatch(
  engine: ContainerEngine,
  status: (dir: string) => Promise<RunStatus>,
  log: Log,
): ContainerWatch {
  const attended = new Map<string, Attended>();
  const finishing = new Map<string, Promise<RunStatus>>();

  async function copyLog(dir: string, signal: AbortSignal): Promise<void> {
    const frames = await engine.log(containerName(dir), signal);
    await copyFrames(frames, join(dir, 'log'));
  }

  async function recordAndRemove(dir: string, { end }: ContainerState): Promise<RunStatus> {
    const known = await readEnd(dir);
    if (known) return known;
    await copyLog(dir, new AbortController().signal);
    const last = end
      ? { state: 'exited' as const, exitCode: end.exitCode, endedAt: end.at }
      : { state: 'lost' as const };
    await recordEnd(dir, last);
    await engine.remove(containerName(dir)).catch((error) => log.warn('a container was not removed', { dir, error }));
    return last;
  }

  /** Until its end is recorded; follows the log meanwhile. */
  async function watch(dir: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const { state } = await status(dir);
        if (state === 'exited' || state === 'lost') return;
        if (state === 'running') await copyLog(dir, signal);
        if ((await status(dir)).state !== 'exited') await delay(lookAgainMs, undefined, { signal });
      } catch (error) {
        if (signal.aborted) return;
        log.warn('a container could not be looked at', { dir, error });
        await delay(lookAgainMs, undefined, { signal }).catch(() => {});
      }
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
