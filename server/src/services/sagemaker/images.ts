/**
 * Which image runs how. Goes by repository and tag, whatever the registry's host, because the same image has another host in each region:
 * https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html
 * What the platform's owner configured (images-file.ts) comes first. An image that nothing here runs is refused at once.
 */
import type { Call } from '../../contract/call.ts';

export type ImageUse = 'training' | 'serving' | 'processing' | 'registering';

export type Runtime =
  | { readonly kind: 'builtin'; readonly name: 'xgboost' | 'evaluate' }
  /** Nothing here runs it yet, but its models can be opened and checked. */
  | { readonly kind: 'framework' }
  | { readonly kind: 'container'; readonly image: string };

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

const known: readonly ImageEntry[] = [
  {
    pattern: /^sagemaker-xgboost:(1\.0-1|1\.2-1|1\.2-2|1\.3-1|1\.5-1|1\.7-1|3\.0-5)(-cpu-py3)?$/,
    shown: 'sagemaker-xgboost:1.0-1|1.2-1|1.2-2|1.3-1|1.5-1|1.7-1|3.0-5',
    ...runtimes.xgboost,
  },
  { pattern: /^xgboost:(1|latest)$/, shown: 'xgboost:1', ...runtimes.xgboost },
  { pattern: /^clary\/evaluate(:[\w.-]+)?$/, shown: 'clary/evaluate', ...runtimes.evaluate },
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
  /** Throws ValidationException for an image that nothing here runs. */
  get(image: string, use: ImageUse, call: Pick<Call, 'error'>): Runtime;
}

/** `containerRefusal`: why no container can run here; undefined where they can. */
export function imageTable(configured: readonly ImageEntry[], containerRefusal: string | undefined): ImageTable {
  const entries = [...configured, ...known];

  function find(image: string, use: ImageUse): Runtime | undefined {
    const name = /^(?:[\w-]+(?:\.[\w-]+)+(?::\d+)?\/)?(.+)$/.exec(image)?.[1] ?? image;
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
        throw call.error('ValidationException', `no runtime for image ${image}; known for ${use}: ${shown.join(', ')}`);
      }
      if (runtime.kind === 'container' && containerRefusal) {
        throw call.error('ValidationException', `image ${image} runs as a container, and ${containerRefusal}`);
      }
      return runtime;
    },
  };
}
