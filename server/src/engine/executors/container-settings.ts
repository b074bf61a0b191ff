/**
 * What an engine is asked to make for a run: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerCreate
 * Pure. A container never gets more of the machine than its mounts, and no privilege.
 */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type Docker from 'dockerode';
import type { ContainerSpec, Mount } from '../executor.ts';
import { type ContainerMachine, keptOf } from './container-machine.ts';

/** Labels by which a platform knows its own containers again. */
export const dataLabel = 'clary.data';
export const runLabel = 'clary.run';

/** PyTorch's loaders hand tensors over here; the engines' 64 MiB fail them. Costs nothing until it is used. */
const sharedMemoryBytes = 2 ** 30;

/** One folder, one name: an engine gives each name out once. */
export function containerName(dir: string): string {
  const readable = basename(dir).replace(/[^a-zA-Z0-9_.-]/g, '_');
  return `clary-${readable}-${createHash('sha256').update(dir).digest('hex').slice(0, 12)}`;
}

export interface ContainerPlace {
  readonly dataDir: string;
  readonly machine: ContainerMachine;
  /** The mounts that others stand in for. */
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
    // With an entry point of its own and no arguments, those of the image would follow it.
    Cmd: [...spec.arguments],
    Env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
    User: machine.user ?? '0:0',
    Labels: { [dataLabel]: dataDir, [runLabel]: spec.dir },
    HostConfig: {
      // The platform listens on the machine's loopback, and jobs must reach it.
      NetworkMode: sandbox.network === 'none' ? 'none' : 'host',
      ExtraHosts: Object.entries(sandbox.hosts).map(([name, address]) => `${name}:${address}`),
      Mounts: sandbox.mounts.map((mount) => {
        const { from, to, writable } = mount;
        return copies.get(mount) ?? { Type: 'bind', Source: from, Target: to, ReadOnly: writable !== true };
      }),
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      Privileged: false,
      // The log is read again from its beginning after a restart of the server: nothing of it may be thrown away meanwhile.
      LogConfig: { Type: 'json-file', Config: { 'max-size': '1000t' } },
      RestartPolicy: { Name: 'no' },
      ShmSize: sharedMemoryBytes,
      ...(limits?.memoryBytes ? { Memory: limits.memoryBytes, MemorySwap: limits.memoryBytes } : {}),
      ...(limits?.processes ? { PidsLimit: limits.processes } : {}),
      ...(limits?.cpus ? { NanoCpus: Math.round(limits.cpus * 1e9) } : {}),
    },
  };
}
