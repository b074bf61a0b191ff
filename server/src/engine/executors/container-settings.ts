/**
 * The container that an engine creates for a run: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerCreate
 * Pure. A container gets nothing of the machine but its mounts, and no privilege.
 */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type Docker from 'dockerode';
import type { ContainerSpec, Mount } from '../executor.ts';
import { type ContainerMachine, keptOf } from './container-machine.ts';

/** Labels by which a platform recognizes its own containers. */
export const dataLabel = 'clary.data';
export const runLabel = 'clary.run';

/** PyTorch's data loaders exchange tensors through it and fail with the engines' default of 64 MiB. Takes no memory until it is used. */
const sharedMemoryBytes = 2 ** 30;

/** One name per folder: an engine accepts each name once. */
export function containerName(dir: string): string {
  const readable = basename(dir).replace(/[^a-zA-Z0-9_.-]/g, '_');
  return `clary-${readable}-${createHash('sha256').update(dir).digest('hex').slice(0, 12)}`;
}

export interface ContainerPlace {
  readonly dataDir: string;
  readonly machine: ContainerMachine;
  /** The mounts that are replaced. */
  readonly copies: ReadonlyMap<Mount, Docker.MountSettings>;
}

export function containerSettings(
  spec: ContainerSpec,
  { dataDir, machine, copies }: ContainerPlace,
): Docker.ContainerCreateOptions {
  const { sandbox } = spec;
  const limits = spec.limits && keptOf(spec.limits, machine);
  return {
    name: containerName(spec.dir),
    Image: spec.image,
    ...(spec.entrypoint ? { Entrypoint: [...spec.entrypoint] } : {}),
    // Without arguments, the request's entry point would get those of the image.
    Cmd: [...spec.arguments],
    Env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
    User: machine.user ?? '0:0',
    Labels: { [dataLabel]: dataDir, [runLabel]: spec.dir },
    HostConfig: {
      // Jobs must reach the platform, which listens on the machine's loopback.
      NetworkMode: sandbox.network === 'none' ? 'none' : 'host',
      ExtraHosts: Object.entries(sandbox.hosts).map(([name, address]) => `${name}:${address}`),
      Mounts: sandbox.mounts.map((mount) => {
        const { from, to, writable } = mount;
        return copies.get(mount) ?? { Type: 'bind', Source: from, Target: to, ReadOnly: writable !== true };
      }),
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      Privileged: false,
      // After a restart the server reads the log from its beginning again, so the engine must not rotate it.
      LogConfig: { Type: 'json-file', Config: { 'max-size': '1000t' } },
      RestartPolicy: { Name: 'no' },
      ShmSize: sharedMemoryBytes,
      ...(limits?.memoryBytes ? { Memory: limits.memoryBytes, MemorySwap: limits.memoryBytes } : {}),
      ...(limits?.processes ? { PidsLimit: limits.processes } : {}),
      ...(limits?.cpus ? { NanoCpus: Math.round(limits.cpus * 1e9) } : {}),
    },
  };
}
