/** Processing jobs that run a Python program of the test: what a job finds and leaves, seen from inside, and what lies on the disk meanwhile. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CloudWatchLogsClient, DescribeLogStreamsCommand, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import {
  CreateProcessingJobCommand,
  type CreateProcessingJobCommandInput,
  DescribeProcessingJobCommand,
  type ProcessingInput,
  type ProcessingOutput,
} from '@aws-sdk/client-sagemaker';
import { until } from '../../examples/workflow/stage.ts';
import { scikitLearnImage } from './scripts.ts';
import { bucket, type Workbench } from './workbench.ts';

const codePath = '/opt/ml/processing/input/code';

export const s3Input = (
  name: string,
  key: string,
  changes: Partial<ProcessingInput['S3Input']> = {},
): ProcessingInput => ({
  InputName: name,
  S3Input: {
    S3Uri: `s3://${bucket}/${key}`,
    LocalPath: `/opt/ml/processing/input/${name}`,
    S3DataType: 'S3Prefix',
    S3InputMode: 'File',
    ...changes,
  },
});

export const s3Output = (
  name: string,
  key: string,
  changes: Partial<ProcessingOutput['S3Output']> = {},
): ProcessingOutput => ({
  OutputName: name,
  S3Output: {
    S3Uri: `s3://${bucket}/${key}`,
    LocalPath: `/opt/ml/processing/${name}`,
    S3UploadMode: 'EndOfJob',
    ...changes,
  },
});

export const cluster = (InstanceCount = 1) => ({
  ClusterConfig: { InstanceCount, InstanceType: 'ml.t3.medium' as const, VolumeSizeInGB: 1 },
});

export interface Processed {
  readonly inputs?: readonly ProcessingInput[];
  readonly outputs?: readonly ProcessingOutput[];
  readonly changes?: Partial<CreateProcessingJobCommandInput>;
}

/** Brings the program as an input and begins the job. */
export async function startProcessing(
  bench: Workbench,
  name: string,
  script: string,
  job: Processed = {},
): Promise<void> {
  const { inputs = [], outputs = [], changes = {} } = job;
  await bench.put(`${name}/code/script.py`, script);
  await bench.sagemaker.send(
    new CreateProcessingJobCommand({
      ProcessingJobName: name,
      RoleArn: bench.roleArn,
      AppSpecification: { ImageUri: scikitLearnImage, ContainerEntrypoint: ['python3', `${codePath}/script.py`] },
      ProcessingInputs: [...inputs, s3Input('code', `${name}/code/script.py`, { LocalPath: codePath })],
      ProcessingOutputConfig: { Outputs: [...outputs] },
      ProcessingResources: cluster(),
      ...changes,
    }),
  );
}

export const describeProcessing = ({ sagemaker }: Workbench, name: string) =>
  sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: name }));

export const processingEnd = (bench: Workbench, name: string) =>
  until(`the end of ${name}`, async () => {
    const job = await describeProcessing(bench, name);
    return job.ProcessingJobStatus === 'InProgress' || job.ProcessingJobStatus === 'Stopping' ? undefined : job;
  });

/** Runs it to its end, whatever that is. */
export async function runProcessing(bench: Workbench, name: string, script: string, job: Processed = {}) {
  await startProcessing(bench, name, script, job);
  return processingEnd(bench, name);
}

/** What an instance printed. */
export async function processingLog({ platform }: Workbench, name: string, host = 'algo-1'): Promise<string[]> {
  const logs = platform.client(CloudWatchLogsClient);
  const logGroupName = '/aws/sagemaker/ProcessingJobs';
  const { logStreams = [] } = await logs.send(
    new DescribeLogStreamsCommand({ logGroupName, logStreamNamePrefix: `${name}/${host}-` }),
  );
  const logStreamName = logStreams[0]?.logStreamName;
  const { events = [] } = await logs.send(
    new GetLogEventsCommand({ logGroupName, logStreamName, startFromHead: true }),
  );
  return events.map(({ message = '' }) => message);
}

/** Objects below a prefix: key → text. */
export async function stored({ s3, read }: Workbench, prefix: string): Promise<Record<string, string>> {
  const { Contents: found = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
  const texts: Record<string, string> = {};
  for (const { Key: key = '' } of found) texts[key.slice(prefix.length)] = Buffer.from(await read(key)).toString();
  return texts;
}

/** The inodes of the files below a folder that are of this size. A folder that is shut to this user (overlays have such) holds none that counts. */
async function filesOfSize(folder: string, size: number): Promise<Set<number>> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EACCES') return [];
    throw error;
  });
  const found = new Set<number>();
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) for (const inode of await filesOfSize(path, size)) found.add(inode);
    const status = entry.isFile() ? await stat(path).catch(() => undefined) : undefined;
    if (status?.size === size) found.add(status.ino);
  }
  return found;
}

/** Files of this size that the folders of running jobs hold: whether each is a second copy of what the store has, or the store's own. */
export async function heldBySize({ platform }: Workbench, size: number): Promise<{ linked: number; copied: number }> {
  const own = await filesOfSize(join(platform.dataDir, 'blobs'), size);
  const held = [...(await filesOfSize(join(platform.dataDir, 'runs'), size))];
  const linked = held.filter((inode) => own.has(inode)).length;
  return { linked, copied: held.length - linked };
}
