/**
 * A job's share of the disk, its VolumeSizeInGB: what its instances write is counted now and then while they run, and once more when their programs have
 * ended. A count that takes long is made less often. Nothing here stops anybody: the answer is a reason to.
 */
import { join } from 'node:path';
import type { Executor } from '../../../engine/executor.ts';
import { folderSize } from '../../../engine/folder-size.ts';
import type { Host } from './job-work.ts';

const gibibyte = 2 ** 30;
const firstPauseMs = 2000;
/** A count may take this part of the time between two. */
const share = 20;

/**
 * What is compressed, copied and stored after the program, or read while it runs: /opt/ml, outputs and checkpoints in other places, the log. A hole in a file
 * takes nothing of this disk, but as much as its length of the time and of the store.
 */
const stored = ['ml', 'places', 'checkpoints', 'tensorboard', 'log'];
/** Everything else that a program can fill: what it changed of its inputs, /tmp, its own Python, the rest of its root folder. */
const scratch = ['layers', 'tmp', 'python', 'home', 'root'];

async function writtenBytes(dir: string, enough: number, executor: Pick<Executor, 'layerBytes'>): Promise<number> {
  let bytes = await executor.layerBytes(dir);
  for (const part of stored) bytes += await folderSize(join(dir, part), 'lengths', enough - bytes);
  for (const part of scratch) bytes += await folderSize(join(dir, part), 'blocks', enough - bytes);
  return bytes;
}

export const volumeBytes = (volumeGiB: number | undefined) => (volumeGiB ?? Number.POSITIVE_INFINITY) * gibibyte;

export function volumeWatch(executor: Pick<Executor, 'layerBytes'>, now: () => number) {
  const nextLook = new Map<string, number>();
  return {
    /** Why the job must end, where an instance wrote more than its volume holds. `certain`: counts now, however long it takes. */
    async overflow(
      hosts: readonly Host[],
      volumeGiB: number | undefined,
      certain: boolean,
    ): Promise<string | undefined> {
      if (volumeGiB === undefined) return undefined;
      for (const { name, dir } of hosts) {
        const began = now();
        if (!certain && began < (nextLook.get(dir) ?? 0)) continue;
        const limit = volumeBytes(volumeGiB);
        const bytes = await writtenBytes(dir, limit, executor);
        nextLook.set(dir, now() + Math.max(firstPauseMs, (now() - began) * share));
        if (bytes <= limit) continue;
        return `ClientError: No space left on the volume of ${name}: the job wrote more than ${volumeGiB} GiB to its files and its log. Increase VolumeSizeInGB, or write less.`;
      }
      return undefined;
    },
    forget(hosts: readonly Host[]): void {
      for (const { dir } of hosts) nextLook.delete(dir);
    },
  };
}
