/**
 * Which image runs how. Goes by repository and tag, whatever the registry's host, because the same image has another host in each region:
 * https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html
 */
import type { Call } from '../../contract/call.ts';
import { type PythonRuntime, pythonImages, xgboostScript } from './scripts/python-images.ts';
import { readScriptWords, type ScriptRequest } from './scripts/script-request.ts';

export type Runtime = { readonly kind: 'builtin'; readonly name: 'xgboost' | 'evaluate' } | PythonRuntime;

type ImageUse = 'training' | 'serving' | 'processing';

interface ImageEntry {
  /** Of `repository:tag`. */
  readonly pattern: RegExp;
  readonly shown: string;
  readonly uses: readonly ImageUse[];
  runtime(image: string): Runtime;
}

const runtimes = {
  xgboost: { uses: ['training', 'serving'], runtime: () => ({ kind: 'builtin', name: 'xgboost' }) },
  evaluate: { uses: ['processing'], runtime: () => ({ kind: 'builtin', name: 'evaluate' }) },
} as const satisfies Record<string, Pick<ImageEntry, 'uses' | 'runtime'>>;

const xgboostImage = /^sagemaker-xgboost:(1\.0-1|1\.2-1|1\.2-2|1\.3-1|1\.5-1|1\.7-1|3\.0-5)(-cpu-py3)?$/;
const xgboostShown = 'sagemaker-xgboost:1.0-1|1.2-1|1.2-2|1.3-1|1.5-1|1.7-1|3.0-5';

const known: readonly ImageEntry[] = [
  {
    pattern: xgboostImage,
    shown: xgboostShown,
    ...runtimes.xgboost,
  },
  { pattern: /^xgboost:(1|latest)$/, shown: 'xgboost:1', ...runtimes.xgboost },
  { pattern: /^clary\/evaluate(:[\w.-]+)?$/, shown: 'clary/evaluate', ...runtimes.evaluate },
  ...pythonImages.map((image) => ({ ...image, uses: ['training', 'processing'] as const })),
  {
    pattern: xgboostImage,
    shown: xgboostShown,
    uses: ['processing'],
    runtime: xgboostScript,
  },
];

const nameOf = (image: string) => /^(?:[\w-]+(?:\.[\w-]+)+(?::\d+)?\/)?(.+)$/.exec(image)?.[1] ?? image;

/** As it was found when the request was accepted. */
export const findRuntime = (image: string, use: ImageUse): Runtime | undefined => {
  const name = nameOf(image);
  return known.find((entry) => entry.uses.includes(use) && entry.pattern.test(name))?.runtime(name);
};

function runtimeOf(image: string, use: ImageUse, call: Pick<Call, 'error'>): Runtime {
  const found = findRuntime(image, use);
  if (found) return found;
  const shown = known.filter((entry) => entry.uses.includes(use)).map((entry) => entry.shown);
  throw call.error(
    'ValidationException',
    `no runtime for image ${image}; known for ${use}: ${shown.join(', ')}. Other images run as containers, where those are configured`,
  );
}

/** Each throws ValidationException for an image that nothing here runs. */
export const trainingRuntime = (image: string, call: Pick<Call, 'error'>) => runtimeOf(image, 'training', call);
export const servingRuntime = (image: string, call: Pick<Call, 'error'>) => runtimeOf(image, 'serving', call);
export const processingRuntime = (image: string, call: Pick<Call, 'error'>) => runtimeOf(image, 'processing', call);

/** What runs the training job: XGBoost's image trains by itself, unless the request brings a script or a command of its own. */
export function trainingRuntimeOf(request: ScriptRequest): Runtime | undefined {
  const { TrainingImage: image = '', ContainerEntrypoint: entrypoint } = request.AlgorithmSpecification ?? {};
  const found = findRuntime(image, 'training');
  if (found?.kind !== 'builtin') return found;
  const { program } = readScriptWords(request.HyperParameters, request.Environment);
  return program || entrypoint ? xgboostScript(nameOf(image)) : found;
}
