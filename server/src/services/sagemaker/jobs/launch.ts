/** How the program of an image that runs as a container is started. Pure. */
import type { ContainerSpec, SandboxNetwork } from '../../../engine/executor.ts';
import type { ImageTable, ImageUse, JobRuntime } from '../shared/images.ts';
import type { Host } from './host.ts';
import { JobFailed } from './job.ts';

/** CreateTrainingJob checked the image, but the platform's owner may have changed the table since. */
export function runtimeAtLaunch(image: string, use: ImageUse, images: ImageTable): JobRuntime {
  const runtime = images.find(image, use);
  if (!runtime || runtime.kind === 'framework')
    throw new JobFailed(`ClientError: image ${image} no longer has a runtime`);
  return runtime;
}

export interface ContainerRun {
  readonly image: string;
  readonly entrypoint: readonly string[] | undefined;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** The variables by which it finds the platform and its role. */
  readonly identity: Readonly<Record<string, string>>;
  readonly sandboxNetwork: SandboxNetwork;
}

/**
 * Without a network there are no credentials: "no AWS credentials are made available to the container runtime environment",
 * https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html
 */
export const withoutCredentials = (identity: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(identity).filter(([name]) => /REGION$/.test(name)));

export function containerRun(run: ContainerRun, { dir, ml }: Host): ContainerSpec {
  const { image, entrypoint, sandboxNetwork } = run;
  return {
    kind: 'container',
    dir,
    image,
    ...(entrypoint ? { entrypoint } : {}),
    arguments: run.arguments,
    env: {
      ...(sandboxNetwork.network === 'none' ? withoutCredentials(run.identity) : run.identity),
      ...run.environment,
    },
    sandbox: { mounts: [{ from: ml, to: '/opt/ml', writable: true }], ...sandboxNetwork },
  };
}
