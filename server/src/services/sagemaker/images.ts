/**
 * Which image runs how. Goes by repository and tag, whatever the registry's host, because the same image has another host in each region:
 * https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html
 */
import type { AwsError } from '../../contract/aws-error.ts';
import type { Call } from '../../contract/call.ts';

/** framework: nothing here runs it yet, but its models can be opened and checked. */
export type Runtime = 'xgboost' | 'evaluate' | 'framework';

interface KnownImage {
  /** Of `repository:tag`. */
  readonly pattern: RegExp;
  readonly shown: string;
  readonly runtime: Runtime;
  readonly uses: readonly ('training' | 'serving' | 'processing' | 'registering')[];
}

const known: readonly KnownImage[] = [
  {
    pattern: /^sagemaker-xgboost:(1\.0-1|1\.2-1|1\.2-2|1\.3-1|1\.5-1|1\.7-1|3\.0-5)(-cpu-py3)?$/,
    shown: 'sagemaker-xgboost:1.0-1|1.2-1|1.2-2|1.3-1|1.5-1|1.7-1|3.0-5',
    runtime: 'xgboost',
    uses: ['training', 'serving', 'registering'],
  },
  {
    pattern: /^xgboost:(1|latest)$/,
    shown: 'xgboost:1',
    runtime: 'xgboost',
    uses: ['training', 'serving', 'registering'],
  },
  { pattern: /^clary\/evaluate(:[\w.-]+)?$/, shown: 'clary/evaluate', runtime: 'evaluate', uses: ['processing'] },
  {
    pattern:
      /^(sagemaker-scikit-learn|sagemaker-tritonserver|(pytorch|tensorflow|huggingface-(pytorch|tensorflow))-inference):[\w.-]+$/,
    shown:
      'sagemaker-scikit-learn, pytorch-inference, tensorflow-inference, huggingface-*-inference, sagemaker-tritonserver',
    runtime: 'framework',
    uses: ['registering'],
  },
];

function find(image: string, use: KnownImage['uses'][number]): KnownImage | undefined {
  const name = /^(?:[\w-]+(?:\.[\w-]+)+(?::\d+)?\/)?(.+)$/.exec(image)?.[1] ?? image;
  return known.find((entry) => entry.uses.includes(use) && entry.pattern.test(name));
}

function runtimeOf(image: string, use: KnownImage['uses'][number], call: Pick<Call, 'error'>): Runtime {
  const found = find(image, use);
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
/** A version may be kept of what is not served here. */
export const registeringRuntime = (image: string, call: Pick<Call, 'error'>) => runtimeOf(image, 'registering', call);
export const processingRuntime = (image: string, call: Pick<Call, 'error'>) => runtimeOf(image, 'processing', call);
export const isServedByXgboost = (image: string) => find(image, 'serving')?.runtime === 'xgboost';
