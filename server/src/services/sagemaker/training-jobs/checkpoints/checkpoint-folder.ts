/** Where a job's checkpoints are: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CheckpointConfig.html. Pure. */
import { join } from 'node:path';
import type { Mount } from '../../../../engine/executor.ts';
import type { Host } from '../../jobs/job-work.ts';
import type { TrainingJobRequest } from '../training-job.ts';

const defaultPath = '/opt/ml/checkpoints';

/** What the program calls it, without a slash at the end. */
export const checkpointPath = ({ CheckpointConfig: config }: Pick<TrainingJobRequest, 'CheckpointConfig'>) =>
  (config?.LocalPath || defaultPath).replace(/\/+$/, '');

export interface CheckpointFolder {
  /** A folder that no program can replace, and the way down from it. */
  readonly root: string;
  readonly names: readonly string[];
}

/** On the machine. Below /opt/ml it is a folder of that one; elsewhere one of its own, which the program finds mounted in its place. */
export function checkpointFolder(request: TrainingJobRequest, host: Host): CheckpointFolder {
  const path = checkpointPath(request);
  return path.startsWith('/opt/ml/')
    ? { root: host.ml, names: path.slice('/opt/ml/'.length).split('/') }
    : { root: join(host.dir, 'checkpoints'), names: [] };
}

export function checkpointMounts(request: TrainingJobRequest, host: Host): Mount[] {
  const { root, names } = checkpointFolder(request, host);
  if (!request.CheckpointConfig || names.length > 0) return [];
  return [{ from: root, to: checkpointPath(request), writable: true }];
}
