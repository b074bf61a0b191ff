/** What a processing job does in each phase: https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Aws } from '../../../contract/aws.ts';
import { putFile } from '../artifacts.ts';
import { downloadPrefix } from '../jobs/download.ts';
import { JobFailed } from '../jobs/job.ts';
import type { JobWork } from '../jobs/job-reconciler.ts';
import { below, parseS3Uri } from '../s3-uri.ts';
import {
  belowMl,
  type ProcessingJob,
  type ProcessingJobRequest,
  processingEvent,
  processingLogGroup,
  processingTransition,
} from './processing-job.ts';

export const processingWork: JobWork<ProcessingJobRequest> = {
  kind: 'processing',
  logGroup: processingLogGroup,
  words: ['evaluate'],
  roleArn: (job) => job.request.RoleArn,
  maxRuntimeMs: (job) => (job.request.StoppingCondition?.MaxRuntimeInSeconds ?? 86_400) * 1000,
  environment: ({ request }) => evaluateVariables(request.Environment ?? {}),
  prepare,
  upload,
  transition: processingTransition,
  event: processingEvent,
  afterwards: async () => {},
};

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
    const folder = placeOf(output.S3Output?.LocalPath, ml);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      await putFile(aws, below(location, ...relative(folder, file).split(sep)), file);
    }
  }
  const message = await readFile(join(ml, 'output', 'message'), 'utf8').catch(() => '');
  return message.trim() ? { exitMessage: message.trim().slice(0, 1024) } : {};
}
