/**
 * Frees the bytes that no row names any more: those a write left behind, soon after its commit, and those a kill left between a blob and its
 * row, once they are old. A blob without a row naming it is never named again, so what is found free stays free.
 */
import { startReconciler } from '../../engine/reconcile.ts';
import { kindOf } from './bytes/blob-id.ts';
import type { Pins } from './bytes/pins.ts';
import type { S3Resources } from './deps.ts';
import { discardSegments, findUsedBlobs, listGarbage, removeGarbage, removeSmall } from './garbage-store.ts';

const batchSize = 256;
const minuteMs = 60_000;
/** Far above the time between a blob and its row. */
const orphanAgeMs = 60 * minuteMs;

interface BlobCollector {
  wake(): void;
  stop(): Promise<void>;
}

/** How often it looks at the most: every write wakes it. */
const lookEveryMs = 250;
/** How soon a composite that is being read is looked at again. */
const pinnedMs = 5000;

export function startBlobCollector(
  { database, blobs, background, clock, log }: S3Resources,
  pins: Pins,
): BlobCollector {
  let lookedAt = Number.NEGATIVE_INFINITY;

  /** Answers when there is more to do. */
  async function freeSome(): Promise<number | undefined> {
    const wait = lookedAt + lookEveryMs - performance.now();
    if (wait > 0) return wait;
    lookedAt = performance.now();
    const found = await listGarbage(database, batchSize);
    const unused = found.filter(({ isUsed }) => !isUsed).map(({ blobId }) => blobId);
    await blobs.remove(...unused.filter((blobId) => kindOf(blobId) === 'file'));
    // Not a wait between the look at the pins and the write: see open-bytes.ts.
    const done = found.filter(({ blobId, isUsed }) => isUsed || !pins.has(blobId));
    const free = done.filter(({ isUsed }) => !isUsed).map(({ blobId }) => blobId);
    const composites = free.filter((blobId) => kindOf(blobId) === 'composite');
    if (done.length > 0) {
      await database.write([
        ...composites.flatMap(discardSegments),
        removeSmall(free.filter((blobId) => kindOf(blobId) === 'small')),
        removeGarbage(done.map(({ blobId }) => blobId)),
      ]);
    }
    if (found.length === batchSize || composites.length > 0) return done.length > 0 ? 0 : pinnedMs;
    return done.length < found.length ? pinnedMs : undefined;
  }

  const garbage = startReconciler({
    name: 's3-garbage',
    list: async () => ['garbage'],
    step: freeSome,
    everyMs: 10 * minuteMs,
    concurrency: 1,
    background,
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
    background,
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
