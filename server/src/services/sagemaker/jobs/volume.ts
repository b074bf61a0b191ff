/**
 * A job's share of the disk, its VolumeSizeInGB: what its instances write is counted now and then while they run. A count that takes long is made less
 * often. Nothing here stops anybody: the answer is a reason to.
 */
import { join } from 'node:path';
import { folderSize } from '../../../engine/folder-size.ts';
import type { Host } from './job-work.ts';

const gibibyte = 2 ** 30;
const firstPauseMs = 2000;
/** A count may take this part of the time between two. */
const share = 20;

/** What a program can fill: its folders, what it changed of its inputs, /tmp, and its log. */
const written = ['ml', 'places', 'layers', 'tmp', 'log'];

export function volumeWatch(now: () => number) {
  const nextLook = new Map<string, number>();
  return {
    /** Why the job must end, where an instance wrote more than its volume holds. */
    async overflow(hosts: readonly Host[], volumeGiB = Number.POSITIVE_INFINITY): Promise<string | undefined> {
      if (volumeGiB === Number.POSITIVE_INFINITY) return undefined;
      for (const { name, dir } of hosts) {
        const began = now();
        if (began < (nextLook.get(dir) ?? 0)) continue;
        const limit = volumeGiB * gibibyte;
        let bytes = 0;
        for (const part of written) bytes += await folderSize(join(dir, part), limit - bytes);
        nextLook.set(dir, now() + Math.max(firstPauseMs, (now() - began) * share));
        if (bytes <= limit) continue;
        return `ClientError: No space left on the volume of ${name}: the job wrote more than ${volumeGiB} GiB to /opt/ml, /tmp and its log. Increase VolumeSizeInGB, or write less.`;
      }
      return undefined;
    },
    forget(hosts: readonly Host[]): void {
      for (const { dir } of hosts) nextLook.delete(dir);
    },
  };
}
