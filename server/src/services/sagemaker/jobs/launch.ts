/** How a job's program is started, as its image runs. Pure: what it says is what the executor does. */
import type { ContainerSpec, ProcessSpec } from '../../../engine/executor.ts';
import type { SageMakerSettings } from '../deps.ts';
import type { ImageTable, ImageUse, Runtime } from '../images.ts';
import { JobFailed } from './job.ts';

/** What the reconciler has ready when a job is to start. */
export interface LaunchPlace {
  readonly dir: string;
  /** The folder that stands for /opt/ml. */
  readonly ml: string;
  /** The variables by which user code finds the platform and its role. */
  readonly identity: Readonly<Record<string, string>>;
  readonly images: ImageTable;
  readonly settings: SageMakerSettings;
}

/** As `images.get` answered when the job was created; its owner may have changed the table since. */
export function runtimeAtLaunch(image: string, use: ImageUse, images: ImageTable): Runtime {
  const runtime = images.find(image, use);
  if (!runtime) throw new JobFailed(`ClientError: no runtime for image ${image} any more`);
  return runtime;
}

type Environment = Readonly<Record<string, string>>;

export function builtinRun(words: readonly string[], environment: Environment, place: LaunchPlace): ProcessSpec {
  const { dir, ml, identity, settings } = place;
  return {
    kind: 'process',
    dir,
    command: [settings.nodePath, settings.runtimeMain, ...words, '--ml-dir', ml],
    env: { ...settings.runtimeEnvironment, ...identity, ...environment },
    cwd: ml,
  };
}

export interface ContainerRun {
  readonly image: string;
  readonly entrypoint: readonly string[] | undefined;
  readonly arguments: readonly string[];
  readonly environment: Environment;
  /** "…the container can't make any outbound network calls … no AWS credentials": https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html */
  readonly isolated: boolean;
}

export function containerRun(run: ContainerRun, { dir, ml, identity }: LaunchPlace): ContainerSpec {
  return {
    kind: 'container',
    dir,
    image: run.image,
    ...(run.entrypoint ? { entrypoint: run.entrypoint } : {}),
    arguments: run.arguments,
    env: { ...(run.isolated ? {} : identity), ...run.environment },
    enclosure: {
      mounts: [{ from: ml, to: '/opt/ml', writable: true }],
      network: run.isolated ? 'none' : 'open',
      hosts: {},
    },
  };
}
