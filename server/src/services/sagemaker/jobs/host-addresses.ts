/** The addresses by which the instances of a job find each other on one machine. Pure. */
import type { SandboxOptions } from '../../../engine/executor.ts';
import type { Job } from './job.ts';

/** 127.x.y.n with x and y from the run's id, so that two jobs can use the same port. */
export function loopbackAddresses({ state }: Pick<Job, 'state'>, names: readonly string[]): SandboxOptions['hosts'] {
  const bytes = Buffer.from(state.runId, 'hex');
  const network = `127.${1 + ((bytes[0] ?? 0) % 254)}.${bytes[1] ?? 0}`;
  return Object.fromEntries(names.map((name, i) => [name, `${network}.${i + 1}`]));
}
