/**
 * Framework images and the Python environments that replace them, by repository and tag:
 * https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html and
 * https://github.com/aws/deep-learning-containers/blob/master/available_images.md. Pure.
 */

export interface PythonRuntime {
  readonly kind: 'python';
  /** scikit-learn, xgboost, pytorch, tensorflow, huggingface-pytorch */
  readonly framework: string;
  /** runtime/environments/<environment>.txt */
  readonly environment: string;
  /** The framework's version in the image. */
  readonly asks?: { readonly package: string; readonly version: string };
  readonly frameworkModule: string;
}

export interface PythonImage {
  /** Of `repository:tag`. */
  readonly pattern: RegExp;
  readonly shown: string;
  runtime(name: string): PythonRuntime;
}

const python = (
  framework: string,
  environment: string,
  asks: { package: string; version: string },
  frameworkModule: string,
): PythonRuntime => ({ kind: 'python', framework, environment, asks, frameworkModule });

/** 1.2-1 is scikit-learn 1.2.1. */
const scikitLearn = (environment: string, tag: RegExp, shown: string): PythonImage => ({
  pattern: new RegExp(`^sagemaker-scikit-learn:(${tag.source})(-cpu-py3)?$`),
  shown: `sagemaker-scikit-learn:${shown}`,
  runtime(name) {
    const version = /:([\d.]+(?:-\d+)?)/.exec(name)?.[1]?.replace('-', '.') ?? '';
    return python(
      'scikit-learn',
      environment,
      { package: 'scikit-learn', version },
      'sagemaker_sklearn_container.training:main',
    );
  },
});

const deepLearning = (
  framework: string,
  environment: string,
  packageName: string,
  repositories: readonly string[],
  frameworkModule: string,
): PythonImage => ({
  pattern: new RegExp(`^(${repositories.join('|')}):2(\\.[\\w.-]+)?$`),
  shown: repositories.map((repository) => `${repository}:2.*`).join(', '),
  runtime: (name) =>
    python(
      framework,
      environment,
      { package: packageName, version: /:(\d[\d.]*)/.exec(name)?.[1] ?? '2' },
      frameworkModule,
    ),
});

export const pythonImages: readonly PythonImage[] = [
  scikitLearn('scikit-learn-1.2', /0\.20\.0|0\.23-1|1\.[02]-1/, '0.20.0|0.23-1|1.0-1|1.2-1'),
  scikitLearn('scikit-learn-1.4', /1\.4-2/, '1.4-2'),
  deepLearning(
    'pytorch',
    'pytorch-2',
    'torch',
    ['pytorch-training', 'pytorch-inference'],
    'sagemaker_pytorch_container.training:main',
  ),
  deepLearning(
    'tensorflow',
    'tensorflow-2',
    'tensorflow',
    ['tensorflow-training', 'tensorflow-inference'],
    'sagemaker_tensorflow_container.training:main',
  ),
  deepLearning(
    'huggingface-pytorch',
    'huggingface-pytorch',
    'torch',
    ['huggingface-pytorch-training', 'huggingface-pytorch-inference'],
    'sagemaker_pytorch_container.training:main',
  ),
];

/** The values that the platform's owner can configure for images: `python:<environment>`. */
export const pythonEnvironments: Readonly<Record<string, PythonRuntime>> = Object.fromEntries(
  (
    [
      ['scikit-learn-1.2', 'scikit-learn', 'sagemaker_sklearn_container.training:main'],
      ['scikit-learn-1.4', 'scikit-learn', 'sagemaker_sklearn_container.training:main'],
      ['xgboost-1.7', 'xgboost', 'sagemaker_xgboost_container.training:main'],
      ['xgboost-3.0', 'xgboost', 'sagemaker_xgboost_container.training:main'],
      ['pytorch-2', 'pytorch', 'sagemaker_pytorch_container.training:main'],
      ['tensorflow-2', 'tensorflow', 'sagemaker_tensorflow_container.training:main'],
      ['huggingface-pytorch', 'huggingface-pytorch', 'sagemaker_pytorch_container.training:main'],
    ] as const
  ).map(([environment, framework, frameworkModule]) => [
    environment,
    { kind: 'python', framework, environment, frameworkModule },
  ]),
);

/** XGBoost's image runs the built-in algorithm, or a script if the request names one. */
export function xgboostScript(name: string): PythonRuntime {
  const tag = /:(\d+\.\d+)-(\d+)/.exec(name);
  const version = tag ? (tag[1] === '3.0' ? `${tag[1]}.${tag[2]}` : (tag[1] ?? '')) : '1';
  const environment = version.startsWith('3') ? 'xgboost-3.0' : 'xgboost-1.7';
  return python('xgboost', environment, { package: 'xgboost', version }, 'sagemaker_xgboost_container.training:main');
}
