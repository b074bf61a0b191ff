/**
 * The folders on this machine of a processing job's inputs and outputs. Paths below /opt/ml are in the folder of /opt/ml; any other path has a folder of
 * its own, which is mounted at that path. Pure.
 */
import { join } from 'node:path';
import type { Mount } from '../../../engine/executor.ts';
import type { Host } from '../jobs/host.ts';
import { inputsOf } from './inputs/input.ts';
import { outputsOf } from './outputs/output.ts';
import { isIn, outermost } from './plain-path.ts';
import type { ProcessingJobRequest } from './processing-job.ts';

export interface LocalPath {
  /** A folder that no program can replace. */
  readonly root: string;
  /** The path below it. */
  readonly names: readonly string[];
}

const ml = '/opt/ml/';

/** The outermost paths outside of /opt/ml, in an order that a restart does not change. */
function outerFolders(request: ProcessingJobRequest): string[] {
  const outside = [...inputsOf(request), ...outputsOf(request)]
    .map(({ path }) => path)
    .filter((path) => !path.startsWith(ml));
  return outermost(outside);
}

const outerRoot = (host: Host, index: number) => join(host.dir, 'places', String(index));

/** `path`: as inputsOf and outputsOf return it. */
export function localPathOf(request: ProcessingJobRequest, host: Host, path: string): LocalPath {
  if (path.startsWith(ml)) return { root: host.ml, names: path.slice(ml.length).split('/') };
  const folders = outerFolders(request);
  const index = folders.findIndex((folder) => isIn(path, folder));
  const below = path.slice((folders[index] ?? path).length + 1);
  return { root: outerRoot(host, index), names: below === '' ? [] : below.split('/') };
}

export const folderOf = ({ root, names }: LocalPath) => join(root, ...names);

export const outerMounts = (request: ProcessingJobRequest, host: Host): Mount[] =>
  outerFolders(request).map((to, i) => ({ from: outerRoot(host, i), to, writable: true }));
