/** Refuses a script that cannot run, when the training job is created. */
import type { Call } from '../../../../contract/call.ts';
import type { ImageTable } from '../../shared/images.ts';
import { trainingRuntimeOf } from '../training-runtime.ts';
import { unsupportedDistribution } from './distribution.ts';
import { type ScriptRequest, scriptArgsOf } from './script-request.ts';

/** Throws ValidationException. */
export function checkScript(
  request: ScriptRequest,
  instances: number,
  images: ImageTable,
  call: Pick<Call, 'error'>,
): void {
  const runtime = trainingRuntimeOf(request, images);
  if (runtime?.kind !== 'python') return;
  const {
    TrainingImage: image,
    ContainerEntrypoint: entrypoint,
    ContainerArguments: more,
  } = request.AlgorithmSpecification ?? {};
  if (more && !entrypoint)
    throw call.error(
      'ValidationException',
      `ContainerArguments without a ContainerEntrypoint mean nothing to image ${image}.`,
    );
  if (entrypoint) return;
  const args = scriptArgsOf(request);
  const unsupported = args.program && unsupportedDistribution(args, runtime.framework, instances);
  if (unsupported) throw call.error('ValidationException', unsupported);
  if (args.program) return;
  throw call.error(
    'ValidationException',
    `Image ${image} runs a script: name it in the hyperparameter sagemaker_program (and its archive in sagemaker_submit_directory), or give a ContainerEntrypoint.`,
  );
}
