/** Where checkpoints cannot be: https://docs.aws.amazon.com/sagemaker/latest/dg/model-checkpoints.html */
import type { SageMakerSettings } from '../../deps.ts';
import { parseS3Uri } from '../../s3-uri.ts';
import { checkpointPath } from '../checkpoints/checkpoint-folder.ts';
import type { TrainingJobRequest } from '../training-job.ts';
import type { Refuse } from './refuse.ts';

/** Folders that the job, or its system, has for something else; what lies in them, too. */
const taken = [
  ...['/opt/ml/input', '/opt/ml/model', '/opt/ml/output', '/opt/ml/code', '/opt/ml/failure'],
  ...['/bin', '/boot', '/dev', '/etc', '/lib', '/lib32', '/lib64', '/libx32', '/proc', '/run', '/sbin', '/sys', '/usr'],
];
const takenThemselves = ['', '/opt', '/opt/ml', '/tmp', '/root', '/home', '/var'];

export function checkCheckpoints(request: TrainingJobRequest, { shelter }: SageMakerSettings, refuse: Refuse): void {
  const uri = request.CheckpointConfig?.S3Uri ?? '';
  if (!parseS3Uri(uri)) throw refuse(`Invalid S3 URI: ${uri}`);
  const path = checkpointPath(request);
  const no = (why: string) => refuse(`Invalid LocalPath in CheckpointConfig: ${JSON.stringify(path || '/')} ${why}.`);
  const names = path.split('/').slice(1);
  const odd = (name: string) => name === '' || name === '.' || name === '..' || Buffer.byteLength(name) > 255;
  if (path !== '' && !path.startsWith('/')) throw no('is no absolute path');
  if (takenThemselves.includes(path) || taken.some((folder) => path === folder || path.startsWith(`${folder}/`)))
    throw no('is a folder that the job or its system uses for something else');
  if (names.some(odd) || path.includes('\0') || /[\r\n]/.test(path)) throw no('is no plain path');
  if (!shelter && !path.startsWith('/opt/ml/'))
    throw no("cannot be put there without bubblewrap on Clary's machine; use a path below /opt/ml");
}
