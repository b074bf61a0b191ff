/**
 * A job's share of the disk, its VolumeSizeInGB. The files of its instances are measured at intervals while they run, and once more when their programs have
 * ended. The interval grows with the time that a measurement takes. The caller ends the job.
 */
import { join } from 'node:path';
import type { Executor } from '../../../engine/executor.ts';
import { folderSize } from '../../../engine/folder-size.ts';
import type { Host } from './host.ts';

const gibibyte = 2 ** 30;
const firstPauseMs = 2000;
/** The pause after a measurement is this many times as long as the measurement. */
const pauseFactor = 20;

/**
 * What is stored after the program ends, or read while it runs: /opt/ml, outputs and checkpoints in other folders, the log. Measured by the length of files:
 * a hole takes no disk here, but costs its full length when the file is uploaded.
 */
const stored = ['ml', 'places', 'checkpoints', 'tensorboard', 'log'];
/** Everything else that a program can fill: changed inputs, /tmp, its own Python, the rest of its root folder. Measured by the blocks in use. */
const scratch = ['layers', 'tmp', 'python', 'home', 'root'];

async function writtenBytes(dir: string, enough: number, executor: Pick<Executor, 'layerBytes'>): Promise<number> {
  let bytes = await executor.layerBytes(dir);
  for (const part of stored) bytes += await folderSize(join(dir, part), 'lengths', enough - bytes);
  for (const part of scratch) bytes += await folderSize(join(dir, part), 'blocks', enough - bytes);
  return bytes;
}

export const volumeBytes = (volumeGiB: number | undefined) => (volumeGiB ?? Number.POSITIVE_INFINITY) * gibibyte;

export type VolumeWatch = ReturnType<typeof volumeWatch>;

export function volumeWatch(executor: Pick<Executor, 'layerBytes'>, now: () => number) {
  const nextLook = new Map<string, number>();
  return {
    /** Why the job must end: an instance wrote more than its volume holds. `mustMeasure`: even if the last measurement was a moment ago. */
    async overflow(
      hosts: readonly Host[],
      volumeGiB: number | undefined,
      mustMeasure: boolean,
    ): Promise<string | undefined> {
      if (volumeGiB === undefined) return undefined;
      for (const { name, dir } of hosts) {
        const began = now();
        if (!mustMeasure && began < (nextLook.get(dir) ?? 0)) continue;
        const limit = volumeBytes(volumeGiB);
        const bytes = await writtenBytes(dir, limit, executor);
        nextLook.set(dir, now() + Math.max(firstPauseMs, (now() - began) * pauseFactor));
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
