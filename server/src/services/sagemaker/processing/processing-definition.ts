/** Processing jobs for the lifecycle of jobs/: https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { removeTree } from '../../../engine/remove-tree.ts';
import { libraryMaking } from '../jobs/built-in.ts';
import type { Host } from '../jobs/host.ts';
import { shareOf } from '../jobs/instance-share.ts';
import type { JobDefinition } from '../jobs/job-definition.ts';
import type { JobLimits } from '../jobs/job-traits.ts';
import type { ProgramPreparation } from '../jobs/phases/program.ts';
import { programPhases } from '../jobs/phases/program-phases.ts';
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

const limits: JobLimits<ProcessingJobRequest> = {
  instanceCount: ({ request }) => instanceCount(request),
  share: (request) => shareOf(request.ProcessingResources.ClusterConfig?.InstanceType, instanceCount(request)),
  volumeGiB: ({ request }) => request.ProcessingResources.ClusterConfig?.VolumeSizeInGB,
  maxRuntimeMs: ({ request }) => (request.StoppingCondition?.MaxRuntimeInSeconds ?? 86_400) * 1000,
};

export function processingDefinition({ clock, log }: SageMakerResources): JobDefinition<ProcessingJobRequest> {
  const outputs = processingOutputs();
  return {
    kind: 'processing',
    describe: {
      logGroup: processingLogGroup,
      roleArn: (job) => job.request.RoleArn,
      transition: processingTransition,
      event: processingEvent,
    },
    limits,
    phases: programPhases<ProcessingJobRequest>({
      prepare: processingPreparation(),
      run: {
        launch: (job, host, identity, { settings, images }) =>
          launchProcessing(job, runtimeOf(job.request, images), host, {
            identity,
            settings,
            jobDir: dirname(host.dir),
          }),
        whileRunning(job, hosts, role) {
          const warn = (error: unknown) =>
            log.warn('processing job: upload of outputs failed, will retry', { job: job.name, error });
          outputs.uploadChanges(job, hosts, role, warn, clock.now().getTime()).catch(warn);
        },
        failureReason: explainProcessing,
      },
      finish: {
        async upload(job, hosts, aws, signal) {
          await outputs.finish(job, hosts, aws, signal);
          await checkExitMessage(hosts);
          return {};
        },
        salvage: outputs.salvage,
      },
    }),
    end: {
      async keep(_, hosts) {
        const message = await exitMessage(hosts);
        return message ? { exitMessage: message } : {};
      },
      async afterwards(job) {
        outputs.forget(job);
      },
    },
    stop: outputs.stop,
  };
}

function processingPreparation(): ProgramPreparation<ProcessingJobRequest> {
  let hasLibrary = false;
  return {
    async setUp(job, { settings, images }, jobDir) {
      const runtime = runtimeOf(job.request, images);
      if (runtime.kind === 'container') return undefined;
      if (runtime.kind === 'builtin') return hasLibrary ? undefined : libraryMaking(settings);
      await mkdir(jobDir, { recursive: true, mode: 0o700 });
      return environmentMaking(settings, jobDir, runtime, undefined);
    },
    async download(job, hosts, aws, { settings, images }, signal) {
      const { kind } = runtimeOf(job.request, images);
      if (kind === 'builtin') hasLibrary = true;
      for (const host of hosts) await createFolders(job, host, hosts);
      // A container engine mounts inputs writable without changing them, as an overlay does.
      const canLink = kind === 'container' || settings.sandbox?.overlays;
      await downloadInputs(job, hosts, aws, canLink ? 'links' : 'copies', signal);
    },
  };
}

/** "This directory will be created by the platform and exist when your container's entrypoint is invoked": API_ProcessingS3Output. */
async function createFolders(job: ProcessingJob, host: Host, hosts: readonly Host[]): Promise<void> {
  const { request } = job;
  for (const { from } of outerMounts(request, host)) {
    await removeTree(from);
    await mkdir(from, { recursive: true, mode: 0o700 });
  }
  await writeContractFiles(job, host, hosts);
  for (const { path } of outputsOf(request))
    await mkdir(folderOf(localPathOf(request, host, path)), { recursive: true, mode: 0o700 });
}
