/**
 * Inputs whose files are links into the platform's store. They are outside the folders that the program can write to, and it sees them through a mount that
 * keeps its changes apart: it cannot reach the store's bytes. An output's folder is read as the program left it, so an input that overlaps one
 * is copied. If inputs are in each other's folders, the outermost folder holds all of them.
 */
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mount } from '../../../../engine/executor.ts';
import { removeTree } from '../../../../engine/remove-tree.ts';
import type { Host } from '../../jobs/host.ts';
import { outputsOf } from '../outputs/output.ts';
import { isIn, outermost } from '../plain-path.ts';
import type { ProcessingJobRequest } from '../processing-job.ts';
import { inputsOf } from './input.ts';

/** The folder that is read after the program has ended. */
const readAfterwards = '/opt/ml/output';

const linkedRoot = ({ dir }: Pick<Host, 'dir'>) => join(dir, 'linked');

/** The program's paths of the outermost folders of inputs that can be linked, in an order that a restart does not change. */
export function linkedPaths(request: ProcessingJobRequest): string[] {
  const read = [readAfterwards, ...outputsOf(request).map(({ path }) => path)];
  const meets = (path: string) => read.some((other) => isIn(path, other) || isIn(other, path));
  return outermost(inputsOf(request).map(({ path }) => path)).filter((path) => !meets(path));
}

/** The folder for the links of the input with this path; undefined if it must be copied. */
export function linkedFolder(request: ProcessingJobRequest, host: Host, path: string): string | undefined {
  const paths = linkedPaths(request);
  const index = paths.findIndex((outer) => isIn(path, outer));
  const outer = paths[index];
  return outer === undefined ? undefined : join(linkedRoot(host), String(index), path.slice(outer.length));
}

export const removeLinked = (host: Host): Promise<void> => removeTree(linkedRoot(host));

/** Creates the folders of the mounts, empty ones too. */
export async function layOutLinked(request: ProcessingJobRequest, host: Host): Promise<void> {
  for (const index of linkedPaths(request).keys())
    await mkdir(join(linkedRoot(host), String(index)), { recursive: true, mode: 0o700 });
}

/** Empty if the inputs were copied. */
export async function linkedMounts(request: ProcessingJobRequest, host: Host): Promise<Mount[]> {
  const there = await readdir(linkedRoot(host)).catch((): string[] => []);
  return linkedPaths(request).flatMap((to, index) =>
    there.includes(String(index)) ? { from: join(linkedRoot(host), String(index)), to, writable: 'copy' as const } : [],
  );
}
