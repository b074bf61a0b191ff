/** Script jobs as the SageMaker Python SDK 2.x asks for them: a source archive in S3, hyperparameters as JSON, a framework's image (CLARY_TEST_SKLEARN_PYTHON: set-up makes its environment). */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { CloudWatchLogsClient, DescribeLogStreamsCommand, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { CreateTrainingJobCommandInput } from '@aws-sdk/client-sagemaker';
import { createTarGz, extractTarGz } from '../../server/src/engine/archive.ts';
import { bucket, type Workbench } from './workbench.ts';

export const scikitLearnImage = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3';

export interface Script {
  readonly image?: string;
  readonly program?: string;
  /** By name: the source archive's files. */
  readonly files: Readonly<Record<string, string>>;
  readonly hyperparameters?: Readonly<Record<string, unknown>>;
  readonly changes?: Partial<CreateTrainingJobCommandInput>;
}

export async function archiveOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'clary-source-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    return await buffer(createTarGz(folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs a script to its end, whatever that is. */
export async function runScript(bench: Workbench, name: string, script: Script) {
  const { image = scikitLearnImage, program = 'train.py', files, hyperparameters = {}, changes = {} } = script;
  const key = `${name}/source/sourcedir.tar.gz`;
  await bench.put(key, await archiveOf(files));
  const own = {
    sagemaker_program: program,
    sagemaker_submit_directory: `s3://${bucket}/${key}`,
    sagemaker_container_log_level: 20,
    sagemaker_job_name: name,
    sagemaker_region: 'us-east-1',
  };
  const all = Object.entries({ ...own, ...hyperparameters }).map(([word, value]) => [word, JSON.stringify(value)]);
  return bench.train(name, {
    AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: 'File' },
    HyperParameters: Object.fromEntries(all),
    ...changes,
  });
}

/** What the job's only instance printed, or the one named. */
export async function jobLog({ platform }: Workbench, name: string, host = ''): Promise<string[]> {
  const logs = platform.client(CloudWatchLogsClient);
  const logGroupName = '/aws/sagemaker/TrainingJobs';
  const { logStreams = [] } = await logs.send(
    new DescribeLogStreamsCommand({ logGroupName, logStreamNamePrefix: `${name}/${host}` }),
  );
  assert.equal(logStreams.length, 1, `streams of ${name}`);
  const lines: string[] = [];
  for (let nextToken: string | undefined; ; ) {
    const page = await logs.send(
      new GetLogEventsCommand({
        logGroupName,
        logStreamName: logStreams[0]?.logStreamName,
        startFromHead: true,
        nextToken,
      }),
    );
    lines.push(...(page.events ?? []).map(({ message = '' }) => message));
    if (page.nextForwardToken === nextToken) return lines;
    nextToken = page.nextForwardToken;
  }
}

/** A job's artifact, unpacked. */
export async function unpackedModel(bench: Workbench, name: string): Promise<string & { readonly folder?: never }> {
  const folder = await mkdtemp(join(tmpdir(), 'clary-model-'));
  const { Readable } = await import('node:stream');
  await extractTarGz(Readable.from([await bench.read(`model/${name}/output/model.tar.gz`)]), folder, {
    maxBytes: 2 ** 30,
    maxEntries: 1000,
  });
  return folder;
}
