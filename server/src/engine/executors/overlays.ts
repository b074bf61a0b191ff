/**
 * Mounts that a program may write to without a change to the mounted folder: an overlay whose upper layer is in the run's folder. Mounted in a user
 * namespace of its own around bubblewrap, so that it needs no privilege and ends with the program.
 * https://docs.kernel.org/filesystems/overlayfs.html
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Mount } from '../executor.ts';
import { removeTree } from '../remove-tree.ts';

/** Unsets what would reveal the folder's path to the program. Uses relative names: `mount` gives a comma or a colon in a path a meaning. */
const script = `cd "$1" && for layer in *; do
  ( cd "$layer" && exec mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work,userxattr merged ) || exit 125
done
cd / && unset OLDPWD && shift && exec "$@"`;

const layersOf = (dir: string) => join(dir, 'layers');

export const layerOf = (dir: string, number: number) => join(layersOf(dir), String(number));

/** Where the command that `overlaid` precedes finds the copied mount with this number. */
export const overlayOf = (dir: string, number: number) => join(layerOf(dir, number), 'merged');

/** Makes the folders that an overlay writes to, in the run's folder. */
export async function makeLayer(dir: string, number: number): Promise<{ upper: string; work: string }> {
  const [upper, work] = [join(layerOf(dir, number), 'upper'), join(layerOf(dir, number), 'work')];
  for (const folder of [upper, work]) await mkdir(folder, { recursive: true, mode: 0o755 });
  return { upper, work };
}

/** Makes the layers in the run's folder and returns the arguments that mount them, to precede the command. */
export async function overlaid(dir: string, mounts: readonly Pick<Mount, 'from'>[]): Promise<string[]> {
  for (const [number, { from }] of mounts.entries()) {
    const layer = layerOf(dir, number);
    await makeLayer(dir, number);
    await mkdir(overlayOf(dir, number), { recursive: true, mode: 0o755 });
    await rm(join(layer, 'lower'), { force: true });
    await symlink(from, join(layer, 'lower'));
  }
  const namespaces = ['--user', '--map-root-user', '--mount', '--propagation', 'private'];
  return ['/usr/bin/unshare', ...namespaces, '--', '/bin/sh', '-c', script, 'sh', layersOf(dir)];
}

/** Why overlays do not work in this folder (kernel, file system or rights); undefined if they work. */
export async function missingForOverlays(folder: string): Promise<string | undefined> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const dir = await mkdtemp(join(folder, 'overlay-'));
  try {
    const lower = join(dir, 'below');
    await mkdir(lower);
    await writeFile(join(lower, 'file'), 'as it was');
    const [program = '', ...args] = await overlaid(dir, [{ from: lower }]);
    const write = `echo changed >"$1/file" && test "$(cat "$2/file")" = "as it was"`;
    await promisify(execFile)(program, [...args, '/bin/sh', '-c', write, 'sh', overlayOf(dir, 0), lower], {
      timeout: 10_000,
    });
    return undefined;
  } catch (error) {
    const { stderr = '', message } = error as { stderr?: string; message: string };
    return stderr.trim() || message;
  } finally {
    await removeTree(dir);
  }
}
