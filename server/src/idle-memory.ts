/**
 * Gives memory back when the server has nothing to do. V8 keeps the nursery that a start or a load has grown, and pages of garbage, until it needs them
 * again; a collection of the kind that V8 does before it gives up returns them to the system. It stops the server for some 60 ms, so it runs only after
 * seconds without work, and only where much has grown since the last one.
 */
import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

export interface IdleOptions {
  /** How long the thread must have been idle. */
  readonly everyMs: number;
  /** Share of that time in which it may have worked. */
  readonly idleBelow: number;
  /** Since the last collection. */
  readonly grownBytes: number;
}

const usual: IdleOptions = { everyMs: 2000, idleBelow: 0.02, grownBytes: 8 * 1024 * 1024 };

/** Of the whole heap, with the nursery. */
const heapBytes = () => process.memoryUsage().heapTotal;

/** Returns a function that stops it. Does not keep the process alive. */
export function returnIdleMemory({ everyMs, idleBelow, grownBytes }: IdleOptions = usual): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as Collect;
  let before: EventLoopUtilization = performance.eventLoopUtilization();
  let least = 0;
  const look = () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    if (utilization > idleBelow || heapBytes() < least + grownBytes) return;
    collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    least = heapBytes();
    before = performance.eventLoopUtilization();
  };
  const timer = setInterval(look, everyMs).unref();
  return () => clearInterval(timer);
}
