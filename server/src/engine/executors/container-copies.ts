/**
 * How a container gets a writable view of a folder that does not change: as a volume that the engine mounts as an overlay with its upper layer
 * in the run's folder, or, if that is not possible, as a copy there. Volumes of the local driver accept the options of `mount`, in Docker and in podman:
 * https://docs.docker.com/reference/cli/docker/volume/create/#driver-specific-options
 */
import { execFile } from 'node:child_process';
import { mkdir, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import type Docker from 'dockerode';
import type { ContainerSpec, Mount } from '../executor.ts';
import { removeTree } from '../remove-tree.ts';
import { containerName, dataLabel, runLabel } from './container-settings.ts';
import { layerOf, makeLayer } from './overlays.ts';

const copied = ({ sandbox }: ContainerSpec) => sandbox.mounts.filter(({ writable }) => writable === 'copy');

const volumeName = (dir: string, number: number) => `${containerName(dir)}-${number}`;

export const isOwnVolume = (name: string, dir: string) => name.startsWith(`${containerName(dir)}-`);

/** The mounts that are replaced for the engine. */
export type Copies = ReadonlyMap<Mount, Docker.MountSettings>;

/** Characters that separate or escape the options of a mount. */
const isOdd = (path: string) => /[,:\\\s]/.test(path);

/** Undefined if the engine cannot create such volumes. `isRootless`: it mounts in a user namespace, in which overlays use other attributes. */
export async function overlayVolumes(
  client: Docker,
  spec: ContainerSpec,
  { dataDir, isRootless }: { dataDir: string; isRootless: boolean },
): Promise<Copies | undefined> {
  const mounts = copied(spec);
  if (mounts.some(({ from }) => isOdd(from)) || isOdd(spec.dir)) return undefined;
  const copies = new Map<Mount, Docker.MountSettings>();
  for (const [number, mount] of mounts.entries()) {
    const { upper, work } = await makeLayer(spec.dir, number);
    const name = volumeName(spec.dir, number);
    const options = [
      `lowerdir=${mount.from}`,
      `upperdir=${upper}`,
      `workdir=${work}`,
      ...(isRootless ? ['userxattr'] : []),
    ];
    const isThere = () =>
      client
        .getVolume(name)
        .inspect()
        .then(() => true);
    try {
      await client.createVolume({
        Name: name,
        Driver: 'local',
        DriverOpts: { type: 'overlay', device: 'overlay', o: options.join(',') },
        Labels: { [dataLabel]: dataDir, [runLabel]: spec.dir },
      });
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode === undefined) throw error;
      // Another server may have created it, or one that was killed.
      if (!(await isThere().catch(() => false))) return undefined;
    }
    copies.set(mount, { Type: 'volume', Source: name, Target: mount.to, VolumeOptions: noCopyFromImage });
  }
  return copies;
}

const noCopyFromImage = { NoCopy: true, Labels: {}, DriverConfig: { Name: '', Options: {} } };

/** Creates the copies, from scratch each time. */
export async function plainCopies(spec: ContainerSpec): Promise<Copies> {
  const copies = new Map<Mount, Docker.MountSettings>();
  for (const [number, mount] of copied(spec).entries()) {
    await removeTree(layerOf(spec.dir, number));
    const { upper } = await makeLayer(spec.dir, number);
    await mkdir(upper, { recursive: true });
    await promisify(execFile)('/bin/cp', ['-a', '--reflink=auto', '--', `${mount.from}/.`, upper]);
    copies.set(mount, { Type: 'bind', Source: upper, Target: mount.to });
  }
  return copies;
}

/** Whether the kernel has ever mounted all of them: it creates a folder in each overlay's work folder. */
export async function wereMounted(spec: ContainerSpec): Promise<boolean> {
  const made = copied(spec).map((_, number) => stat(`${layerOf(spec.dir, number)}/work/work`));
  return Promise.all(made).then(
    () => true,
    () => false,
  );
}
