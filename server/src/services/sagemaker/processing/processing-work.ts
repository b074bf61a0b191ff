/** What a processing job does in each phase of job-reconciler.ts: https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { removeTree } from '../../../engine/remove-tree.ts';
import { libraryMaking } from '../jobs/built-in.ts';
import { shareOf } from '../jobs/instance-share.ts';
import type { Host, JobWork } from '../jobs/job-work.ts';
import { environmentMaking } from '../jobs/python/made-environment.ts';
import type { SageMakerResources } from '../shared/deps.ts';
import { instanceCount } from './cluster.ts';
import { checkExitMessage, exitMessage, writeContractFiles } from './contract-files.ts';
import { downloadInputs } from './inputs/download-inputs.ts';
import { explainProcessing, launchProcessing, runtimeOf } from './launch-processing.ts';
import { folderOf, localPathOf, outerMounts } from './local-paths.ts';
import { outputsOf } from './outputs/output.ts';
import { processingOutputs } from './outputs/processing-outputs.ts';
import {
  type ProcessingJob,
  type ProcessingJobRequest,
  processingEvent,
  processingLogGroup,
  processingTransition,
} from './processing-job.ts';

export function processingWork({
  clock,
  log,
  images,
}: Pick<SageMakerResources, 'clock' | 'log' | 'images'>): JobWork<ProcessingJobRequest> {
  let libraryMade = false;
  const outputs = processingOutputs();
  return {
    kind: 'processing',
    logGroup: processingLogGroup,
    roleArn: (job) => job.request.RoleArn,
    maxRuntimeMs: (job) => (job.request.StoppingCondition?.MaxRuntimeInSeconds ?? 86_400) * 1000,
    instanceCount: (job) => instanceCount(job.request),
    volumeGiB: ({ request }) => request.ProcessingResources.ClusterConfig?.VolumeSizeInGB,
    share: (request) => shareOf(request.ProcessingResources.ClusterConfig?.InstanceType, instanceCount(request)),
    async making(job, { settings }, jobDir) {
      const runtime = runtimeOf(job.request, images);
      if (runtime.kind === 'container') return undefined;
      if (runtime.kind === 'builtin') return libraryMade ? undefined : libraryMaking(settings);
      await mkdir(jobDir, { recursive: true, mode: 0o700 });
      return environmentMaking(settings, jobDir, runtime, undefined);
    },
    async prepare(job, hosts, aws, { settings }, signal) {
      const { kind } = runtimeOf(job.request, images);
      if (kind === 'builtin') libraryMade = true;
      for (const host of hosts) await layOut(job, host, hosts);
      // An engine of containers sees to it by itself.
      const canLink = kind === 'container' || settings.sandbox?.overlays;
      await downloadInputs(job, hosts, aws, canLink ? 'links' : 'copies', signal);
    },
    launch: (job, host, identity, { settings }) =>
      launchProcessing(job, runtimeOf(job.request, images), host, { identity, settings, jobDir: dirname(host.dir) }),
    explain: explainProcessing,
    tend(job, hosts, role) {
      const warn = (error: unknown) =>
        log.warn('processing job: upload of outputs failed, will retry', { job: job.name, error });
      outputs.tend(job, hosts, role, warn, clock.now().getTime()).catch(warn);
    },
    salvage: outputs.salvage,
    async left(_, hosts) {
      const message = await exitMessage(hosts);
      return message ? { exitMessage: message } : {};
    },
    async upload(job, hosts, aws, signal) {
      await outputs.finish(job, hosts, aws, signal);
      await checkExitMessage(hosts);
      return {};
    },
    transition: processingTransition,
    event: processingEvent,
    async afterwards(job) {
      outputs.forget(job);
    },
    stop: outputs.stop,
  };
}

/** "This directory will be created by the platform and exist when your container's entrypoint is invoked": API_ProcessingS3Output. */
async function layOut(job: ProcessingJob, host: Host, hosts: readonly Host[]): Promise<void> {
  const { request } = job;
  for (const { from } of outerMounts(request, host)) {
    await removeTree(from);
    await mkdir(from, { recursive: true, mode: 0o700 });
  }
  await writeContractFiles(job, host, hosts);
  for (const { path } of outputsOf(request))
    await mkdir(folderOf(localPathOf(request, host, path)), { recursive: true, mode: 0o700 });
}
