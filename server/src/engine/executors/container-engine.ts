/**
 * The engine that runs containers: Docker, or podman's service, through the Docker Engine API on a Unix socket. Distinguishes failures for which a retry
 * can help (any error) from those for which it cannot (RunRefused). The client is loaded at its first use: most platforms run no container.
 */

import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import { type ContainerSpec, RunRefused } from '../executor.ts';
import { type Copies, isOwnVolume, overlayVolumes, plainCopies } from './container-copies.ts';
import { type ContainerMachine, lookAtEngine } from './container-machine.ts';
import { containerSettings, dataLabel, runLabel } from './container-settings.ts';

export interface ContainerState {
  readonly phase: 'made' | 'running' | 'ended';
  readonly pid: number;
  readonly startedAt: Date;
  /** The engine's own log file. */
  readonly logPath: string | undefined;
  /** Undefined as well if the machine went down meanwhile. */
  readonly end: { readonly exitCode: number; readonly at: Date } | undefined;
}

export interface ContainerEngine {
  machine(): Promise<ContainerMachine>;
  /** Undefined if no container has this name. */
  look(name: string): Promise<ContainerState | undefined>;
  /** `copying`: how its copied mounts are made. */
  create(spec: ContainerSpec, copying?: 'overlays' | 'plain copies'): Promise<void>;
  /** Returns why the engine could not start it; undefined if it runs or ran. */
  start(name: string): Promise<string | undefined>;
  /** Its output from the beginning until it ends, as frames of container-log.ts. */
  log(name: string, signal: AbortSignal): Promise<Readable>;
  /** The bytes in its own layer; 0 if it was removed. */
  layerBytes(name: string): Promise<number>;
  kill(name: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Ends it if it runs. The contents of its volumes are in the run's folder. */
  remove(name: string): Promise<void>;
  removeVolume(name: string): Promise<void>;
  /** The run folders of this platform's containers, by container. */
  list(): Promise<{ readonly id: string; readonly dir: string }[]>;
  listVolumes(): Promise<{ readonly name: string; readonly dir: string }[]>;
}

export interface ContainerEngineOptions {
  readonly socket: string;
  readonly dataDir: string;
  /** Pull an image that is missing. */
  readonly pull: boolean;
}

/** The engine's answer; undefined if it did not answer. */
const statusOf = (error: unknown): number | undefined => (error as { statusCode?: number }).statusCode;

/** Without the client's own prefix. */
const reasonOf = (error: unknown): string =>
  String((error as { json?: { message?: string } }).json?.message ?? (error as Error).message).trim();

/** Podman and Docker both use this for a time that has not come. */
const began = (time: string) => !time.startsWith('0001-');

/** Podman answers 500 for a container that is removed during the request. */
const isAbsent = (error: unknown) =>
  statusOf(error) === 404 || (statusOf(error) === 500 && /no such container/.test(reasonOf(error)));
const isOver = (error: unknown) => isAbsent(error) || statusOf(error) === 409;

/** Another server creates it or has created it: Docker answers 409, podman 500. */
const isTaken = (error: unknown) => statusOf(error) === 409 || /already in use/.test(reasonOf(error));
const takenLooks = 100;
const takenLookEveryMs = 50;

const overStates = new Set(['exited', 'stopped', 'dead', 'removing']);

export function containerEngine({ socket, dataDir, pull }: ContainerEngineOptions): ContainerEngine {
  let connected: Promise<Docker> | undefined;
  let lookedAt: Promise<ContainerMachine> | undefined;
  const engine = () => {
    connected ??= import('dockerode').then(({ default: Client }) => new Client({ socketPath: socket }));
    return connected;
  };
  const container = async (name: string) => (await engine()).getContainer(name);

  /** Calls the engine; returns undefined if the state is reached already or the object does not exist. */
  async function unless<T>(isSo: (error: unknown) => boolean, asked: Promise<T>): Promise<T | undefined> {
    return asked.catch((error) => {
      if (isSo(error)) return undefined;
      throw error;
    });
  }

  async function look(name: string): Promise<ContainerState | undefined> {
    const found = await unless(isAbsent, (await container(name)).inspect());
    if (!found) return undefined;
    const { State: state } = found;
    const phase = !began(state.StartedAt) ? 'made' : overStates.has(state.Status) ? 'ended' : 'running';
    return {
      phase,
      pid: state.Pid,
      startedAt: new Date(state.StartedAt),
      logPath: found.LogPath || undefined,
      end: began(state.FinishedAt) ? { exitCode: state.ExitCode, at: new Date(state.FinishedAt) } : undefined,
    };
  }

  async function machine(): Promise<ContainerMachine> {
    lookedAt ??= engine().then(lookAtEngine);
    return lookedAt.catch((error) => {
      lookedAt = undefined;
      throw error;
    });
  }

  async function copiesFor(spec: ContainerSpec, copying: 'overlays' | 'plain copies'): Promise<Copies> {
    if (copying === 'plain copies') return plainCopies(spec);
    const { isRootless } = await machine();
    return (await overlayVolumes(await engine(), spec, { dataDir, isRootless })) ?? plainCopies(spec);
  }

  async function bring(image: string): Promise<void> {
    const client = await engine();
    try {
      const progress = await client.pull(image);
      await new Promise<void>((resolve, reject) => {
        client.modem.followProgress(progress, (error, steps) => {
          // Podman reports a failure only in the last step.
          const failure = error ?? steps?.find((step) => step.error)?.error;
          if (failure) reject(failure instanceof Error ? failure : new Error(failure));
          else resolve();
        });
      });
    } catch (error) {
      if (statusOf(error) === undefined && (error as NodeJS.ErrnoException).code) throw error;
      throw new RunRefused(`the image ${image} could not be pulled: ${reasonOf(error)}`);
    }
  }

  /** Podman would create an empty folder at that path. */
  async function checkMounts({ sandbox }: ContainerSpec): Promise<void> {
    for (const { from, to } of sandbox.mounts) {
      await stat(from).catch(() => {
        throw new RunRefused(`${from}, which the run is to see as ${to}, is not there`);
      });
    }
  }

  async function create(spec: ContainerSpec, copying: 'overlays' | 'plain copies' = 'overlays'): Promise<void> {
    await checkMounts(spec);
    const copies = await copiesFor(spec, copying);
    const settings = containerSettings(spec, { dataDir, machine: await machine(), copies });
    const client = await engine();
    const make = () => client.createContainer(settings);
    try {
      await make().catch(async (error) => {
        if (statusOf(error) !== 404 || !pull) throw error;
        await bring(spec.image);
        return make();
      });
    } catch (error) {
      if (await look(settings.name ?? '')) return;
      if (!isTaken(error)) throw refusal(error, spec.image);
      await madeElsewhere(settings.name ?? '', error);
    }
  }

  /** Engines reserve a name before they list its container. */
  async function madeElsewhere(name: string, taken: unknown): Promise<void> {
    for (let looks = 0; looks < takenLooks; looks++) {
      if (await look(name)) return;
      await delay(takenLookEveryMs);
    }
    throw taken;
  }

  async function start(name: string): Promise<string | undefined> {
    try {
      await unless((error) => statusOf(error) === 304, (await container(name)).start());
    } catch (error) {
      if (statusOf(error) === undefined) throw error;
      const now = await look(name);
      if (!now) throw error;
      return now.phase === 'made' ? reasonOf(error) : undefined;
    }
    return undefined;
  }

  /** A volume that a container still uses is removed with the container. */
  async function removeVolume(name: string): Promise<void> {
    await unless(isOver, (await engine()).getVolume(name).remove());
  }

  return {
    machine,
    look,
    create,
    start,
    async log(name, signal) {
      const stream = await (await container(name)).logs({
        follow: true,
        stdout: true,
        stderr: true,
        abortSignal: signal,
      });
      return stream as unknown as Readable;
    },
    async layerBytes(name) {
      const found = await unless(isAbsent, (await container(name)).inspect({ size: true } as object));
      return (found as { readonly SizeRw?: number } | undefined)?.SizeRw ?? 0;
    },
    async kill(name, signal) {
      await unless(isOver, (await container(name)).kill({ signal }));
    },
    async remove(name) {
      const found = await unless(isAbsent, (await container(name)).inspect());
      await unless(isOver, (await container(name)).remove({ force: true, v: true }));
      const dir = found?.Config.Labels[runLabel] ?? '';
      for (const { Name: volume } of found?.Mounts ?? [])
        if (volume && isOwnVolume(volume, dir)) await removeVolume(volume);
    },
    removeVolume,
    async list() {
      const filters = { label: [`${dataLabel}=${dataDir}`] };
      const all = await (await engine()).listContainers({ all: true, filters });
      return all.map(({ Id, Labels }) => ({ id: Id, dir: Labels[runLabel] ?? '' }));
    },
    async listVolumes() {
      const filters = JSON.stringify({ label: [`${dataLabel}=${dataDir}`] });
      const { Volumes: all } = await (await engine()).listVolumes({ filters });
      return (all ?? []).map(({ Name, Labels }) => ({ name: Name, dir: Labels[runLabel] ?? '' }));
    },
  };
}

/** The engine would answer the same again: a job that waited for another answer would wait for ever. */
function refusal(error: unknown, image: string): unknown {
  if (error instanceof RunRefused || statusOf(error) === undefined) return error;
  if (statusOf(error) === 404) {
    return new RunRefused(
      `the image ${image} is not on this machine. Bring it with \`podman load\`, \`podman import\` or \`podman pull\` (docker likewise), ` +
        'to the engine that the platform uses, or let the platform pull images: --pull-images',
    );
  }
  return new RunRefused(`a container of ${image} cannot be made: ${reasonOf(error)}`);
}
