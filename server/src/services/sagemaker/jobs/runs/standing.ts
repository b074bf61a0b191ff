/** The states of a job's runs, taken together. Pure. */
import type { RunStatus } from '../../../../engine/executor.ts';
import type { Host } from '../host.ts';

export interface HostStatus {
  readonly host: Host;
  readonly status: RunStatus;
}

export interface Standing {
  readonly all: readonly HostStatus[];
  readonly ended: boolean;
  /** The instance that failed first. One that vanished comes before all others. */
  readonly failed: HostStatus | undefined;
  /** The run beside the instances. */
  readonly companion: RunStatus;
}

export const hasEnded = ({ state }: RunStatus) => state === 'exited' || state === 'lost';

const hasFailed = (status: RunStatus) =>
  status.state === 'lost' || (status.state === 'exited' && status.exitCode !== 0);

export function standing(all: readonly HostStatus[], companion: RunStatus): Standing {
  const endedAt = ({ status }: HostStatus) => (status.state === 'exited' ? status.endedAt.getTime() : 0);
  const failed = all.filter(({ status }) => hasFailed(status)).sort((a, b) => endedAt(a) - endedAt(b));
  return { all, ended: all.every(({ status }) => hasEnded(status)), failed: failed[0], companion };
}
