/**
 * The cores and memory that an instance type requests of this machine. The size gives the vCPUs, the family's usual ratio the memory, as in the list of types:
 * https://aws.amazon.com/sagemaker/ai/pricing/ (checked against ml.t3, m4, m5, c5, r5, p3, g4dn, g5). Pure.
 */
export interface Share {
  readonly cores: number;
  readonly memoryGiB: number;
}

const sizes: ReadonlyMap<string, number> = new Map([
  ['nano', 2],
  ['micro', 2],
  ['small', 2],
  ['medium', 2],
  ['large', 2],
  ['xlarge', 4],
  ['metal', 96],
]);

function coresOf(size: string): number {
  const times = /^(\d+)xlarge$/.exec(size)?.[1];
  return times ? Number(times) * 4 : (sizes.get(size) ?? 1);
}

/** GiB for each vCPU. */
function memoryPerCore(family: string, size: string): number {
  if (family.startsWith('c')) return 2;
  if (/^[rxup]/.test(family)) return 8;
  return family.startsWith('t') && size === 'medium' ? 2 : 4;
}

/** For `count` instances of the type. An unknown type counts as one core. */
export function shareOf(instanceType: string | undefined, count: number): Share {
  const [, family = '', size = ''] = /^(?:ml\.)?([a-z0-9-]+)\.([a-z0-9]+)$/.exec(instanceType ?? '') ?? [];
  const cores = coresOf(size);
  return { cores: cores * count, memoryGiB: cores * memoryPerCore(family, size) * count };
}
