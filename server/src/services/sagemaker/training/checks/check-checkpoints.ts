/** Refuses paths that cannot hold checkpoints: https://docs.aws.amazon.com/sagemaker/latest/dg/model-checkpoints.html */
import { parseS3Uri } from '../../shared/s3-uri.ts';
import { checkpointPath, tensorBoardPath } from '../checkpoints/uploaded-folders.ts';
import type { TrainingJobRequest } from '../training-job.ts';
import type { Refuse } from './refuse.ts';

/** Folders that the job or its system uses, with everything below them. */
const taken = [
  ...['/opt/ml/input', '/opt/ml/model', '/opt/ml/code', '/opt/ml/failure'],
  ...['/bin', '/boot', '/dev', '/etc', '/lib', '/lib32', '/lib64', '/libx32', '/proc', '/run', '/sbin', '/sys', '/usr'],
];
const takenThemselves = ['', '/opt', '/opt/ml', '/tmp', '/root', '/home', '/var'];

/** `sandboxed`: a folder can be mounted at any path. */
export function checkCheckpoints(request: TrainingJobRequest, sandboxed: boolean, refuse: Refuse): void {
  const { CheckpointConfig: checkpoints, TensorBoardOutputConfig: board } = request;
  if (checkpoints) {
    checkUri(checkpoints.S3Uri, refuse);
    checkPath('CheckpointConfig', checkpointPath(request), [...taken, '/opt/ml/output'], sandboxed, refuse);
  }
  if (!board) return;
  checkUri(board.S3OutputPath, refuse);
  checkPath('TensorBoardOutputConfig', tensorBoardPath(request), [...taken, '/opt/ml/output/data'], sandboxed, refuse);
  if (tensorBoardPath(request) === '/opt/ml/output')
    throw refuse('Invalid LocalPath in TensorBoardOutputConfig: "/opt/ml/output" holds the job\'s other outputs.');
  const paths = [checkpointPath(request), tensorBoardPath(request)];
  if (checkpoints && paths.some((path, i) => `${paths[1 - i]}/`.startsWith(`${path}/`)))
    throw refuse('The LocalPaths of CheckpointConfig and TensorBoardOutputConfig must not lie in each other.');
}

function checkUri(uri: string | undefined, refuse: Refuse): void {
  if (!parseS3Uri(uri ?? '')) throw refuse(`Invalid S3 URI: ${uri}`);
}

function checkPath(
  member: string,
  path: string,
  forbidden: readonly string[],
  sandboxed: boolean,
  refuse: Refuse,
): void {
  const no = (why: string) => refuse(`Invalid LocalPath in ${member}: ${JSON.stringify(path || '/')} ${why}.`);
  const names = path.split('/').slice(1);
  const odd = (name: string) => name === '' || name === '.' || name === '..' || Buffer.byteLength(name) > 255;
  if (path !== '' && !path.startsWith('/')) throw no('is not an absolute path');
  if (takenThemselves.includes(path) || forbidden.some((folder) => path === folder || path.startsWith(`${folder}/`)))
    throw no('is a folder that the job or its system uses for something else');
  if (names.some(odd) || path.includes('\0') || /[\r\n]/.test(path)) throw no('is not a plain path');
  if (!sandboxed && !path.startsWith('/opt/ml/'))
    throw no("cannot be put there without bubblewrap on Clary's machine; use a path below /opt/ml");
}
