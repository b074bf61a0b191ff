/**
 * Which image runs how. Decided by repository and tag without the registry's host, because the same image has another host in each region:
 * https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html
 * The owner's configuration (images-file.ts) comes first. An image that cannot run here is refused when the resource is created.
 */
import type { Call } from '../../../contract/call.ts';
import { type PythonRuntime, pythonImages, xgboostScript } from './python-images.ts';

export type ImageUse = 'training' | 'serving' | 'processing' | 'registering';

export type Runtime =
  | { readonly kind: 'builtin'; readonly name: 'xgboost' | 'evaluate' }
  | { readonly kind: 'container'; readonly image: string }
  | PythonRuntime
  /** It cannot run here yet, but its models can be opened and checked. */
  | { readonly kind: 'framework' };

/** What jobs run in. */
export type JobRuntime = Exclude<Runtime, { readonly kind: 'framework' }>;

export interface ImageEntry {
  /** Of `repository:tag`, or of the whole image. */
  readonly pattern: RegExp;
  readonly shown: string;
  readonly uses: readonly ImageUse[];
  runtime(image: string): Runtime;
}

export const runtimes = {
  xgboost: { uses: ['training', 'serving', 'registering'], runtime: () => ({ kind: 'builtin', name: 'xgboost' }) },
  evaluate: { uses: ['processing'], runtime: () => ({ kind: 'builtin', name: 'evaluate' }) },
  container: { uses: ['training', 'processing'], runtime: (image) => ({ kind: 'container', image }) },
} as const satisfies Record<string, Pick<ImageEntry, 'uses' | 'runtime'>>;

/** Without the registry's host. */
export const nameOf = (image: string) => /^(?:[\w-]+(?:\.[\w-]+)+(?::\d+)?\/)?(.+)$/.exec(image)?.[1] ?? image;

const xgboost = {
  pattern: /^sagemaker-xgboost:(0\.90-1|0\.90-2|1\.0-1|1\.2-1|1\.2-2|1\.3-1|1\.5-1|1\.7-1|3\.0-5)(-cpu-py3)?$/,
  shown: 'sagemaker-xgboost:0.90-1|0.90-2|1.0-1|1.2-1|1.2-2|1.3-1|1.5-1|1.7-1|3.0-5',
};

const known: readonly ImageEntry[] = [
  { ...xgboost, ...runtimes.xgboost },
  { pattern: /^xgboost:(1|latest)$/, shown: 'xgboost:1', ...runtimes.xgboost },
  { pattern: /^clary\/evaluate(:[\w.-]+)?$/, shown: 'clary/evaluate', ...runtimes.evaluate },
  ...pythonImages.map(({ pattern, shown, runtime }) => ({
    pattern,
    shown,
    uses: ['training', 'processing'] as const,
    runtime: (image: string) => runtime(nameOf(image)),
  })),
  { ...xgboost, uses: ['processing'], runtime: (image) => xgboostScript(nameOf(image)) },
  {
    pattern:
      /^(sagemaker-scikit-learn|sagemaker-tritonserver|(pytorch|tensorflow|huggingface-(pytorch|tensorflow))-inference):[\w.-]+$/,
    shown:
      'sagemaker-scikit-learn, pytorch-inference, tensorflow-inference, huggingface-*-inference, sagemaker-tritonserver',
    uses: ['registering'],
    runtime: () => ({ kind: 'framework' }),
  },
];

export interface ImageTable {
  find(image: string, use: ImageUse): Runtime | undefined;
  /** Throws ValidationException for an image that cannot run here. */
  get(image: string, use: ImageUse, call: Pick<Call, 'error'>): Runtime;
}

/** `containerRefusal`: why containers cannot run here; undefined if they can. */
export function imageTable(configured: readonly ImageEntry[], containerRefusal: string | undefined): ImageTable {
  const entries = [...configured, ...known];

  function find(image: string, use: ImageUse): Runtime | undefined {
    const name = nameOf(image);
    const found = entries.find(
      ({ uses, pattern }) => uses.includes(use) && (pattern.test(name) || pattern.test(image)),
    );
    return found?.runtime(image);
  }

  return {
    find,
    get(image, use, call) {
      const runtime = find(image, use);
      if (!runtime) {
        const shown = entries.filter((entry) => entry.uses.includes(use)).map((entry) => entry.shown);
        throw call.error(
          'ValidationException',
          `no runtime for image ${image}; known for ${use}: ${shown.join(', ')}. Other images run as containers, where those are configured`,
        );
      }
      if (runtime.kind === 'container' && containerRefusal) {
        throw call.error('ValidationException', `image ${image} runs as a container, and ${containerRefusal}`);
      }
      return runtime;
    },
  };
}
