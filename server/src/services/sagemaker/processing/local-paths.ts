/**
 * Where the folders of a processing job's inputs and outputs lie on the machine. Below /opt/ml they are folders of that one; elsewhere each has a folder of
 * its own, which the program finds mounted in its place. Pure.
 */
import { join } from 'node:path';
import type { Mount } from '../../../engine/executor.ts';
import type { Host } from '../jobs/job-work.ts';
import { inputsOf } from './inputs/input.ts';
import { outputsOf } from './outputs/output.ts';
import { isIn, outermost } from './plain-path.ts';
import type { ProcessingJobRequest } from './processing-job.ts';

export interface LocalPath {
  /** A folder that no program can replace. */
  readonly root: string;
  /** The way down from it. */
  readonly names: readonly string[];
}

const ml = '/opt/ml/';

/** The folders outside of /opt/ml that hold all the others there, in an order that a restart does not change. */
function outerFolders(request: ProcessingJobRequest): string[] {
  const outside = [...inputsOf(request), ...outputsOf(request)]
    .map(({ path }) => path)
    .filter((path) => !path.startsWith(ml));
  return outermost(outside);
}

const outerRoot = (host: Host, index: number) => join(host.dir, 'places', String(index));

/** `path`: as inputsOf and outputsOf answer it. */
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
