/**
 * Folders that are uploaded to S3 while a job runs: its checkpoints and what it writes for TensorBoard. Pure.
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CheckpointConfig.html, .../API_TensorBoardOutputConfig.html
 */
import { join } from 'node:path';
import type { Mount } from '../../../../engine/executor.ts';
import type { Host } from '../../jobs/host.ts';
import { below, parseS3Uri, type S3Location } from '../../shared/s3-uri.ts';
import type { TrainingJob, TrainingJobRequest } from '../training-job.ts';

export interface UploadedFolder {
  readonly name: 'checkpoints' | 'tensorboard';
  /** The program's path, without a slash at the end. */
  readonly path: string;
  /** On this machine: a folder that no program can replace, and the path below it. */
  readonly root: string;
  readonly names: readonly string[];
  readonly to: S3Location;
}

const trimmed = (path: string) => path.replace(/\/+$/, '');
const orDefault = (path: string | undefined, name: UploadedFolder['name']) =>
  trimmed(path || { checkpoints: '/opt/ml/checkpoints', tensorboard: '/opt/ml/output/tensorboard' }[name]);

export const checkpointPath = ({ CheckpointConfig: config }: TrainingJobRequest) =>
  orDefault(config?.LocalPath, 'checkpoints');
export const tensorBoardPath = ({ TensorBoardOutputConfig: config }: TrainingJobRequest) =>
  orDefault(config?.LocalPath, 'tensorboard');

/** A path below /opt/ml is in the folder of /opt/ml; any other path has a folder of its own, which is mounted at that path. */
function placed(name: UploadedFolder['name'], path: string, to: S3Location, host: Host): UploadedFolder {
  return path.startsWith('/opt/ml/')
    ? { name, path, to, root: host.ml, names: path.slice('/opt/ml/'.length).split('/') }
    : { name, path, to, root: join(host.dir, name), names: [] };
}

export function uploadedFolders(
  { name, request }: Pick<TrainingJob, 'name' | 'request'>,
  host: Host,
): UploadedFolder[] {
  const { CheckpointConfig: checkpoints, TensorBoardOutputConfig: board } = request;
  const checkpointsTo = checkpoints && parseS3Uri(checkpoints.S3Uri ?? '');
  const boardTo = board && parseS3Uri(board.S3OutputPath ?? '');
  return [
    ...(checkpointsTo ? [placed('checkpoints', checkpointPath(request), below(checkpointsTo, ''), host)] : []),
    // The Python SDK looks for it there: Estimator.latest_job_tensorboard_artifacts_path.
    ...(boardTo
      ? [placed('tensorboard', tensorBoardPath(request), below(boardTo, name, 'tensorboard-output', ''), host)]
      : []),
  ];
}

export const uploadedMounts = (job: TrainingJob, host: Host): Mount[] =>
  uploadedFolders(job, host)
    .filter(({ names }) => names.length === 0)
    .map(({ root, path }) => ({ from: root, to: path, writable: true }));
