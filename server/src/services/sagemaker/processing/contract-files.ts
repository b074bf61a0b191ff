/**
 * The configuration files of a processing container, and the exit message that it may write:
 * https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readBeneath } from '../../../engine/beneath.ts';
import type { Host } from '../jobs/host.ts';
import { JobFailed } from '../jobs/job.ts';
import type { ProcessingJob } from './processing-job.ts';

export async function writeContractFiles(job: ProcessingJob, host: Host, hosts: readonly Host[]): Promise<void> {
  const { Tags: _, ...request } = job.request;
  const config = join(host.ml, 'config');
  for (const folder of [config, join(host.ml, 'output'), join(host.ml, 'processing')])
    await mkdir(folder, { recursive: true, mode: 0o700 });
  const json = (name: string, value: unknown) => writeFile(join(config, name), JSON.stringify(value));
  await json('processingjobconfig.json', {
    ProcessingJobArn: job.arn,
    ...request,
    ProcessingInputs: (request.ProcessingInputs ?? []).map(({ S3Input: s3, ...input }) => ({
      ...input,
      ...(s3 ? { S3Input: { ...usualS3Input, ...s3 } } : {}),
    })),
  });
  await json('resourceconfig.json', { current_host: host.name, hosts: hosts.map(({ name }) => name) });
}

const usualS3Input = {
  S3DataDistributionType: 'FullyReplicated',
  S3InputMode: 'File',
  S3CompressionType: 'None',
};

const maxMessageBytes = 1024;

/** Leaves out a character that was cut in two. */
const decoded = (bytes: Uint8Array, fatal: boolean) =>
  new TextDecoder('utf-8', { fatal }).decode(bytes.subarray(0, maxMessageBytes), { stream: true });

/** Of all instances, "concatenated, then truncated to 1 KB": https://docs.aws.amazon.com/sagemaker/latest/dg/byoc-metadata.html */
async function message(hosts: readonly Host[], fatal: boolean): Promise<string> {
  let text = '';
  for (const { ml } of hosts) {
    const bytes = await readBeneath(ml, maxMessageBytes, 'output', 'message');
    if (bytes) text += decoded(bytes, fatal);
  }
  return decoded(Buffer.from(text), false);
}

export async function exitMessage(hosts: readonly Host[]): Promise<string | undefined> {
  return (await message(hosts, false)).trim() || undefined;
}

/** "If the data in this file isn't UTF-8 encoded, the job fails and returns a ClientError." */
export async function checkExitMessage(hosts: readonly Host[]): Promise<void> {
  try {
    await message(hosts, true);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new JobFailed('ClientError: the exit message in /opt/ml/output/message is not UTF-8');
  }
}
