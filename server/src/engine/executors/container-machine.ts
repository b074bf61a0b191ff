/**
 * What an engine reports about itself: the owner of its containers' files, and the limits that it enforces. An engine that is not root reports what was delegated
 * to it, which may be nothing. A limit that it cannot enforce must never be requested: some engines then start no container at all.
 */
import type Docker from 'dockerode';
import type { RunLimits } from '../executor.ts';

export interface ContainerMachine {
  readonly isRootless: boolean;
  /** The user of programs inside if the engine's root is not the platform's user; undefined: root inside. */
  readonly user: string | undefined;
  readonly keeps: Readonly<Record<keyof RunLimits, boolean>>;
}

/** What each limit needs: Docker's name for it, and the kernel's controller. */
const needs = {
  memoryBytes: ['MemoryLimit', 'memory'],
  cpus: ['CpuCfsQuota', 'cpu'],
  processes: ['PidsLimit', 'pids'],
} as const satisfies Record<keyof RunLimits, readonly [keyof Info, string]>;
const limitNames = Object.keys(needs) as (keyof RunLimits)[];

/** https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemInfo, and podman's additions. */
interface Info {
  readonly SecurityOptions?: readonly string[] | null;
  readonly MemoryLimit?: boolean;
  readonly CpuCfsQuota?: boolean;
  readonly PidsLimit?: boolean;
  readonly Rootless?: boolean;
}

/** Podman reports every limit as true under Docker's names; its own API reports the controllers: https://docs.podman.io/en/latest/_static/api.html */
const ownInfo = '/v4.0.0/libpod/info';

function podmansControllers(client: Docker): Promise<readonly string[] | undefined> {
  return new Promise((resolve, reject) => {
    const options = { path: ownInfo, method: 'GET', statusCodes: { 200: true, 404: 'no podman', 500: 'server error' } };
    client.modem.dial(options, (error, answer) => {
      if (error) reject(error);
      else resolve((answer as { host?: { cgroupControllers?: string[] } }).host?.cgroupControllers);
    });
  });
}

export async function lookAtEngine(client: Docker): Promise<ContainerMachine> {
  const info = (await client.info()) as Info;
  // Docker lists it among its security options, podman has a member of its own.
  const isRootless =
    info.Rootless === true || (info.SecurityOptions ?? []).some((option) => /\brootless\b/.test(option));
  const controllers = info.Rootless === true ? await podmansControllers(client) : undefined;
  const keeps = (limit: keyof RunLimits) => {
    const [said, controller] = needs[limit];
    return controllers?.includes(controller) ?? info[said] !== false;
  };
  return {
    isRootless,
    user: isRootless ? undefined : platformUser(),
    keeps: Object.fromEntries(limitNames.map((limit) => [limit, keeps(limit)])) as Record<keyof RunLimits, boolean>,
  };
}

/** The limits that the engine enforces. */
export const keptOf = (limits: RunLimits, { keeps }: ContainerMachine): RunLimits =>
  Object.fromEntries(
    limitNames.flatMap((limit) => (keeps[limit] && limits[limit] !== undefined ? [[limit, limits[limit]]] : [])),
  );

/** Only root can remove files that root wrote into a mount, so the container runs as the platform's own user then. */
function platformUser(): string | undefined {
  const uid = process.getuid?.() ?? 0;
  return uid === 0 ? undefined : `${uid}:${process.getgid?.() ?? uid}`;
}
