/** Training jobs for the lifecycle of jobs/: SageMaker's training container contract. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { libraryMaking } from '../jobs/built-in.ts';
import type { Host } from '../jobs/host.ts';
import type { JobDefinition } from '../jobs/job-definition.ts';
import type { JobLimits } from '../jobs/job-traits.ts';
import type { ProgramPreparation } from '../jobs/phases/program.ts';
import { programPhases } from '../jobs/phases/program-phases.ts';
import type { SageMakerResources } from '../shared/deps.ts';
import { roleFor } from '../shared/execution-role.ts';
import { channelsOf, inputDataConfig } from './channels/channel.ts';
import { feederFailure, feederRun } from './channels/feeder.ts';
import { fillChannels } from './channels/fill-channels.ts';
import { trainingCheckpoints } from './checkpoints/training-checkpoints.ts';
import { instancesOf, resourceConfig, shareOfCluster } from './cluster.ts';
import { launchTraining, runtimeFor, scriptFailure } from './launch-training.ts';
import { trainingMetrics } from './metrics/training-metrics.ts';
import { storeOutputs } from './outputs/store-outputs.ts';
import { prepareScript, scriptMaking } from './scripts/script-job.ts';
import { scriptArgsOf } from './scripts/script-request.ts';
import {
  type TrainingJob,
  type TrainingJobRequest,
  trainingEvent,
  trainingLogGroup,
  trainingTransition,
} from './training-job.ts';

const milliseconds = (seconds: number | undefined) => (seconds === undefined ? undefined : seconds * 1000);

const limits: JobLimits<TrainingJobRequest> = {
  instanceCount: ({ request }) => instancesOf(request).length,
  share: shareOfCluster,
  volumeGiB: ({ request }) => request.ResourceConfig?.VolumeSizeInGB,
  maxRuntimeMs: ({ request }) => milliseconds(request.StoppingCondition?.MaxRuntimeInSeconds) ?? 86_400_000,
  maxWaitMs: ({ request }) => milliseconds(request.StoppingCondition?.MaxWaitTimeInSeconds),
  maxPendingMs: ({ request }) => milliseconds(request.StoppingCondition?.MaxPendingTimeInSeconds),
  maxRetries: ({ request }) => request.RetryStrategy?.MaximumRetryAttempts ?? 0,
};

export function trainingDefinition({ clock, log, images }: SageMakerResources): JobDefinition<TrainingJobRequest> {
  const metrics = trainingMetrics(images);
  const checkpoints = trainingCheckpoints();
  return {
    kind: 'training',
    describe: {
      logGroup: trainingLogGroup,
      roleArn: (job) => job.request.RoleArn,
      transition: trainingTransition,
      event: trainingEvent,
    },
    limits,
    phases: programPhases<TrainingJobRequest>({
      prepare: trainingPreparation(checkpoints),
      run: {
        companion: (job, hosts, { settings }) => feederRun(job, hosts, settings),
        companionFailure: feederFailure,
        launch: launchTraining,
        whileRunning(job, hosts, role) {
          const warn = (error: unknown) =>
            log.warn('training job: upload of checkpoints failed, will retry', { job: job.name, error });
          checkpoints.uploadChanges(job, hosts, role, warn, clock.now().getTime());
        },
        readLog: metrics.read,
        failureReason: scriptFailure,
      },
      finish: {
        async upload(job, hosts, aws, signal) {
          await checkpoints.finish(job, hosts, aws, signal);
          return { ...(await metrics.gather(job, hosts)), ...(await storeOutputs(job, hosts, aws, signal)) };
        },
        salvage: checkpoints.finish,
      },
    }),
    end: { afterwards: metrics.publishReported },
    async stop() {
      await checkpoints.stop();
      await metrics.stop();
    },
  };
}

function trainingPreparation(
  checkpoints: ReturnType<typeof trainingCheckpoints>,
): ProgramPreparation<TrainingJobRequest> {
  let hasLibrary = false;
  return {
    async setUp(job, { settings, aws, images }, jobDir) {
      const runtime = runtimeFor(job, images);
      if (runtime.kind === 'container') return undefined;
      if (runtime.kind === 'builtin') return hasLibrary ? undefined : libraryMaking(settings);
      return scriptMaking(job, runtime, jobDir, settings, () => aws.asRole(roleFor(job.arn, job.request.RoleArn)));
    },
    async download(job, hosts, aws, { settings, images }, signal) {
      const { kind } = runtimeFor(job, images);
      if (kind === 'builtin') hasLibrary = true;
      for (const host of hosts) await writeContractFiles(job, host);
      const isLinked = kind === 'container' || (!hasLocalCode(job) && settings.sandbox?.overlays);
      await fillChannels(job, hosts, aws, isLinked ? 'links' : 'copies', signal);
      if (kind === 'python') for (const host of hosts) await prepareScript(job, host);
      await checkpoints.prepareFolders(job, hosts, aws, signal);
    },
  };
}

/** The folders and files that a container finds: https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html */
async function writeContractFiles({ request }: TrainingJob, { name, ml }: Host): Promise<void> {
  const config = join(ml, 'input', 'config');
  for (const folder of [config, join(ml, 'input', 'data'), join(ml, 'model'), join(ml, 'output', 'data')]) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  }
  const json = (file: string, value: unknown) => writeFile(join(config, file), JSON.stringify(value));
  await json('hyperparameters.json', request.HyperParameters ?? {});
  await json('resourceconfig.json', resourceConfig(request, name));
  await json('inputdataconfig.json', inputDataConfig(channelsOf(request)));
}

/** The script arrives in a channel: prepareScript moves it before the program sees its inputs. */
const hasLocalCode = ({ request }: TrainingJob) => /^(file:\/\/|\/)/.test(scriptArgsOf(request).submitDirectory ?? '');
