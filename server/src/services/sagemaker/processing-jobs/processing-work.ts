/** What a processing job does in each phase: https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Aws } from '../../../contract/aws.ts';
import { putFile } from '../artifacts.ts';
import { builtInRun, libraryMaking } from '../jobs/built-in.ts';
import { downloadPrefix } from '../jobs/download.ts';
import { shareOf } from '../jobs/instance-share.ts';
import { JobFailed } from '../jobs/job.ts';
import type { JobWork } from '../jobs/job-work.ts';
import { containerRun, runtimeAtLaunch } from '../jobs/launch.ts';
import { folderLeft, textLeft } from '../jobs/left-behind.ts';
import { below, parseS3Uri } from '../s3-uri.ts';
import {
  belowMl,
  type ProcessingJob,
  type ProcessingJobRequest,
  processingEvent,
  processingLogGroup,
  processingTransition,
} from './processing-job.ts';

export function processingWork(): JobWork<ProcessingJobRequest> {
  let libraryMade = false;
  return {
    kind: 'processing',
    logGroup: processingLogGroup,
    roleArn: (job) => job.request.RoleArn,
    maxRuntimeMs: (job) => (job.request.StoppingCondition?.MaxRuntimeInSeconds ?? 86_400) * 1000,
    instanceCount: () => 1,
    volumeGiB: ({ request }) => request.ProcessingResources?.ClusterConfig?.VolumeSizeInGB,
    share: ({ ProcessingResources: { ClusterConfig: at } }) => shareOf(at?.InstanceType, at?.InstanceCount ?? 1),
    async making({ request }, { settings, images }) {
      const { kind } = runtimeAtLaunch(imageOf(request), 'processing', images);
      return libraryMade || kind === 'container' ? undefined : libraryMaking(settings);
    },
    async prepare(job, hosts, aws, { images }) {
      libraryMade ||= runtimeAtLaunch(imageOf(job.request), 'processing', images).kind === 'builtin';
      for (const host of hosts) await prepare(job, host.ml, aws);
    },
    launch(job, host, identity, { settings, images }) {
      const { NetworkConfig: network, Environment: environment = {}, AppSpecification: app } = job.request;
      const walls = { network: network?.EnableNetworkIsolation ? 'none' : 'open', hosts: {} } as const;
      const runtime = runtimeAtLaunch(imageOf(job.request), 'processing', images);
      if (runtime.kind === 'builtin')
        return builtInRun(settings, host, [runtime.name], evaluateVariables(environment), alone);
      const words = app?.ContainerArguments ?? [];
      const entrypoint = app?.ContainerEntrypoint;
      return containerRun({ image: runtime.image, entrypoint, arguments: words, environment, identity, walls }, host);
    },
    async upload(job, [host], aws) {
      return host ? upload(job, host.ml, aws) : {};
    },
    transition: processingTransition,
    event: processingEvent,
    afterwards: async () => {},
  };
}

const imageOf = (request: ProcessingJobRequest) => request.AppSpecification?.ImageUri ?? '';

/** It needs neither the network nor anybody's credentials, and models that it opens must not have them. */
const alone = { network: 'none', hosts: {} } as const;

/** The gate is the platform's own program: a variable such as NODE_OPTIONS would make it somebody else's. */
const evaluateVariables = (given: Record<string, string>) =>
  Object.fromEntries(Object.entries(given).filter(([name]) => name.startsWith('EVALUATE_')));

function placeOf(localPath: string | undefined, ml: string): string {
  const names = belowMl(localPath ?? '');
  if (!names) throw new JobFailed(`ClientError: LocalPath ${localPath} is not below /opt/ml/processing`);
  return join(ml, ...names);
}

async function prepare(job: ProcessingJob, ml: string, aws: Aws): Promise<void> {
  const { request } = job;
  for (const folder of ['config', 'output', 'processing']) {
    await mkdir(join(ml, folder), { recursive: true, mode: 0o700 });
  }
  await writeFile(
    join(ml, 'config', 'processingjobconfig.json'),
    JSON.stringify({ ...request, ProcessingJobArn: job.arn }),
  );
  await writeFile(
    join(ml, 'config', 'resourceconfig.json'),
    JSON.stringify({ current_host: 'algo-1', hosts: ['algo-1'] }),
  );
  for (const input of request.ProcessingInputs ?? []) {
    const source = { uri: input.S3Input?.S3Uri ?? '', roleArn: request.RoleArn, region: job.region };
    await downloadPrefix(aws, source, placeOf(input.S3Input?.LocalPath, ml));
  }
  for (const output of request.ProcessingOutputConfig?.Outputs ?? []) {
    await mkdir(placeOf(output.S3Output?.LocalPath, ml), { recursive: true, mode: 0o700 });
  }
}

async function upload(job: ProcessingJob, ml: string, aws: Aws): Promise<Partial<ProcessingJob['state']>> {
  for (const output of job.request.ProcessingOutputConfig?.Outputs ?? []) {
    const location = parseS3Uri(output.S3Output?.S3Uri ?? '');
    if (!location) throw new JobFailed(`ClientError: ${output.S3Output?.S3Uri} is not an S3 URI`);
    const shown = output.S3Output?.LocalPath ?? '';
    const folder = await folderLeft(placeOf(shown, ml), ml, shown);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      await putFile(aws, below(location, ...relative(folder, file).split(sep)), file);
    }
  }
  const message = await textLeft(ml, 'output', 'message');
  return message?.trim() ? { exitMessage: message.trim().slice(0, 1024) } : {};
}
