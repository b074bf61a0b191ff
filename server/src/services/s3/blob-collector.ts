/**
 * Frees the bytes that no row names any more: those a write left behind, soon after its commit, and those a kill left between a blob and its
 * row, once they are old. A blob without a row naming it is never named again, so what is found free stays free.
 */
import { startReconciler } from '../../engine/reconcile.ts';
import type { S3Resources } from './deps.ts';
import { findUsedBlobs, listGarbage, removeGarbage } from './garbage-store.ts';

const batchSize = 256;
const minuteMs = 60_000;
/** Far above the time between a blob and its row. */
const orphanAgeMs = 60 * minuteMs;

interface BlobCollector {
  wake(): void;
  stop(): Promise<void>;
}

export function startBlobCollector({ database, blobs, clock, log }: S3Resources): BlobCollector {
  const garbage = startReconciler({
    name: 's3-garbage',
    list: async () => ['garbage'],
    step: async () => {
      const found = await listGarbage(database, batchSize);
      if (found.length === 0) return undefined;
      for (const { blobId, isUsed } of found) if (!isUsed) await blobs.remove(blobId);
      await database.write([removeGarbage(found.map(({ blobId }) => blobId))]);
      return found.length === batchSize ? 0 : undefined;
    },
    everyMs: 10 * minuteMs,
    concurrency: 1,
    clock,
    log,
  });
  const orphans = startReconciler({
    name: 's3-orphans',
    list: async () => ['orphans'],
    step: async (_key, signal) => {
      const count = await blobs.sweep((ids) => {
        // A stop must not wait for a walk over everything.
        signal.throwIfAborted();
        return findUsedBlobs(database, ids);
      }, orphanAgeMs);
      if (count > 0) log.info('removed blobs that a stop left without an object', { count });
      return undefined;
    },
    everyMs: 6 * 60 * minuteMs,
    concurrency: 1,
    clock,
    log,
  });
  return {
    wake: () => garbage.wake('garbage'),
    stop: async () => {
      await Promise.all([garbage.stop(), orphans.stop()]);
    },
  };
}
