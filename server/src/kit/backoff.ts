/** How long to wait before trying again: doubling from `firstMs` up to `capMs`, spread by a random number so that many do not retry at once. */
export function backoffMs(failures: number, firstMs: number, capMs: number, random: number): number {
  const full = Math.min(capMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return full / 2 + (full / 2) * random;
}
