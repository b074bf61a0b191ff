/** The instances of a processing job and their names for each other. Pure. */
import type { SandboxOptions } from '../../../engine/executor.ts';
import { loopbackAddresses } from '../jobs/host-addresses.ts';
import type { ProcessingJob, ProcessingJobRequest } from './processing-job.ts';

export const instanceCount = ({ ProcessingResources: resources }: ProcessingJobRequest): number =>
  resources.ClusterConfig?.InstanceCount ?? 1;

export const hostAddresses = (job: ProcessingJob): SandboxOptions['hosts'] =>
  loopbackAddresses(
    job,
    Array.from({ length: instanceCount(job.request) }, (_, i) => `algo-${i + 1}`),
  );
