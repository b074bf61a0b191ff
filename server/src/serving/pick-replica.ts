/** Chooses the replica: the variant by weight, within it the replica with the fewest requests in progress. Pure: the random number is an argument. */
import type { Replica } from './replica.ts';
import type { EndpointRoute, VariantRoute } from './routing-table.ts';

/** `random` is in [0, 1). Undefined where no variant has both a weight and a replica. */
export function pickVariant(route: EndpointRoute, random: number): VariantRoute | undefined {
  if (route.variants.length === 1) return route.variants[0];
  const open = route.variants.filter((variant) => variant.weight > 0 && variant.replicas.length > 0);
  let left = random * open.reduce((sum, variant) => sum + variant.weight, 0);
  for (const variant of open) {
    left -= variant.weight;
    if (left < 0) return variant;
  }
  return open.at(-1);
}

export function pickReplica(variant: VariantRoute): Replica | undefined {
  let best = variant.replicas[0];
  for (const replica of variant.replicas) if (best && replica.inFlight < best.inFlight) best = replica;
  return best;
}
