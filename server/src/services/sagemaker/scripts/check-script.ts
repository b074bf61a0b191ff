/** What can be known of a script at once, when a training job is asked for. */
import type { Call } from '../../../contract/call.ts';
import { type ImageTable, trainingRuntimeOf } from '../images.ts';
import { type ScriptRequest, wordsOf } from './script-request.ts';

/** Throws ValidationException. */
export function checkScript(request: ScriptRequest, images: ImageTable, call: Pick<Call, 'error'>): void {
  if (trainingRuntimeOf(request, images)?.kind !== 'python') return;
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
  if (entrypoint || wordsOf(request).program) return;
  throw call.error(
    'ValidationException',
    `Image ${image} runs a script: name it in the hyperparameter sagemaker_program (and its archive in sagemaker_submit_directory), or give a ContainerEntrypoint.`,
  );
}
