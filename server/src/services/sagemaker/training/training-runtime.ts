/** How a training job runs: by its image, unless the request has a script or a command of its own. Pure. */
import { type ImageTable, nameOf, type Runtime } from '../shared/images.ts';
import { xgboostScript } from '../shared/python-images.ts';
import { readScriptArgs, type ScriptRequest } from './scripts/script-request.ts';

/** Undefined for an image that cannot run here. XGBoost's image runs the built-in algorithm if the request has no script. */
export function trainingRuntimeOf(request: ScriptRequest, images: ImageTable): Runtime | undefined {
  const { TrainingImage: image = '', ContainerEntrypoint: entrypoint } = request.AlgorithmSpecification ?? {};
  const found = images.find(image, 'training');
  if (found?.kind !== 'builtin') return found;
  const { program } = readScriptArgs(request.HyperParameters, request.Environment);
  return program || entrypoint ? xgboostScript(nameOf(image)) : found;
}
