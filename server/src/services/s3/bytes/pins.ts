/** Composites that are being read: their blobs are opened one after the other, and must not be freed before the last. */
export interface Pins {
  /** Answers what takes the pin away, once. */
  pin(blobId: string): () => void;
  has(blobId: string): boolean;
}

export function createPins(): Pins {
  const counts = new Map<string, number>();
  return {
    pin(blobId) {
      counts.set(blobId, (counts.get(blobId) ?? 0) + 1);
      let pinned = true;
      return () => {
        if (!pinned) return;
        pinned = false;
        const left = (counts.get(blobId) ?? 1) - 1;
        if (left === 0) counts.delete(blobId);
        else counts.set(blobId, left);
      };
    },
    has: (blobId) => counts.has(blobId),
  };
}
