import { availableParallelism } from 'node:os';

/** The size of an instance type gives its vCPUs: https://aws.amazon.com/sagemaker/pricing/ */
export function coresOf(instanceType: string | undefined, machine = availableParallelism()): number {
  const size = instanceType?.split('.').at(-1) ?? '';
  const [, times] = /^(\d*)xlarge$/.exec(size) ?? [];
  const asked = times === undefined ? 2 : 4 * Number(times || 1);
  return Math.max(1, Math.min(machine, asked));
}
