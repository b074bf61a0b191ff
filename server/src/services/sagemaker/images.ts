/**
 * Which image runs how. Goes by repository and tag, whatever the registry's host, because the same image has another host in each region:
 * https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html
 */
import type { AwsError } from '../../contract/aws-error.ts';
import type { Call } from '../../contract/call.ts';

export type Runtime = 'xgboost' | 'evaluate';

interface KnownImage {
  /** Of `repository:tag`. */
  readonly pattern: RegExp;
  readonly shown: string;
  readonly runtime: Runtime;
  readonly uses: readonly ('training' | 'serving' | 'processing')[];
}

const known: readonly KnownImage[] = [
  {
    pattern: /^sagemaker-xgboost:(1\.0-1|1\.2-1|1\.2-2|1\.3-1|1\.5-1|1\.7-1|3\.0-5)(-cpu-py3)?$/,
    shown: 'sagemaker-xgboost:1.0-1|1.2-1|1.2-2|1.3-1|1.5-1|1.7-1|3.0-5',
    runtime: 'xgboost',
    uses: ['training', 'serving'],
  },
  { pattern: /^xgboost:(1|latest)$/, shown: 'xgboost:1', runtime: 'xgboost', uses: ['training', 'serving'] },
  { pattern: /^clary\/evaluate(:[\w.-]+)?$/, shown: 'clary/evaluate', runtime: 'evaluate', uses: ['processing'] },
];

function runtimeOf(image: string, use: KnownImage['uses'][number], call: Pick<Call, 'error'>): Runtime {
  const name = /^(?:[\w-]+(?:\.[\w-]+)+(?::\d+)?\/)?(.+)$/.exec(image)?.[1] ?? image;
  const found = known.find((entry) => entry.uses.includes(use) && entry.pattern.test(name));
  if (found) return found.runtime;
  throw unknownImage(image, use, call);
}

function unknownImage(image: string, use: KnownImage['uses'][number], call: Pick<Call, 'error'>): AwsError {
  const shown = known.filter((entry) => entry.uses.includes(use)).map((entry) => entry.shown);
  return call.error('ValidationException', `no runtime for image ${image}; known for ${use}: ${shown.join(', ')}`);
}

/** Each throws ValidationException for an image that nothing here runs. */
export const trainingRuntime = (image: string, call: Pick<Call, 'error'>) => runtimeOf(image, 'training', call);
export const servingRuntime = (image: string, call: Pick<Call, 'error'>) => runtimeOf(image, 'serving', call);
export const processingRuntime = (image: string, call: Pick<Call, 'error'>) => runtimeOf(image, 'processing', call);
