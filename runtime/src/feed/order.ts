/** Which records an epoch has, and in which order. Pure. */

/** Numbers below 1 that look random and are the same for the same seed (mulberry32, public domain). */
function numbersOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Seeds are 64 bits wide; both halves count. */
const seedOf = (seed: number, epoch: number) =>
  Math.imul((seed % 2 ** 32) ^ Math.floor(seed / 2 ** 32), 0x9e3779b1) + Math.imul(epoch + 1, 0x85ebca6b);

/** The numbers of the records, of `count` in all. Shuffled before they are shared out: an instance gets other records in each epoch, as on AWS. */
export function epochOrder(
  count: number,
  epoch: number,
  seed?: number,
  share?: { readonly index: number; readonly count: number },
): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  if (seed !== undefined) {
    const next = numbersOf(seedOf(seed, epoch));
    for (let i = count - 1; i > 0; i--) {
      const j = Math.floor(next() * (i + 1));
      [order[i], order[j]] = [order[j] as number, order[i] as number];
    }
  }
  return share ? order.filter((_, i) => i % share.count === share.index) : order;
}
