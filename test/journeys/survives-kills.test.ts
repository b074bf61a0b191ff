/** The whole workflow while the server is killed (-9) in each of its eight stages and started again: what was acknowledged is there, what had begun ends. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { ListModelPackagesCommand, ListTrainingJobsCommand } from '@aws-sdk/client-sagemaker';
import { learnersCsv } from '../../examples/exam-score/learners.ts';
import { prepare } from '../../examples/exam-score/prepare.ts';
import type { Foundation } from '../../examples/workflow/foundation.ts';
import { type PlatformProcess, startPlatformProcess } from '../harness/platform.ts';

let platform: PlatformProcess;
let foundation: Foundation;
let modelDataUrl = '';
let evaluationUri = '';
let score = '';
let workflow: typeof import('../../examples/workflow/train.ts') &
  typeof import('../../examples/workflow/validate.ts') &
  typeof import('../../examples/workflow/release.ts') &
  typeof import('../../examples/workflow/operate.ts') &
  typeof import('../../examples/workflow/clients.ts') &
  typeof import('../../examples/workflow/stage.ts');

before(async () => {
  platform = await startPlatformProcess();
  // An unmodified client rides through a restart by retrying.
  Object.assign(process.env, platform.environment, { AWS_MAX_ATTEMPTS: '12' });
  const [clients, stage, foundations, train, validate, release, operate] = await Promise.all([
    import('../../examples/workflow/clients.ts'),
    import('../../examples/workflow/stage.ts'),
    import('../../examples/workflow/foundation.ts'),
    import('../../examples/workflow/train.ts'),
    import('../../examples/workflow/validate.ts'),
    import('../../examples/workflow/release.ts'),
    import('../../examples/workflow/operate.ts'),
  ]);
  workflow = { ...clients, ...stage, ...train, ...validate, ...release, ...operate };
  workflow.sagemaker.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const answer = await next(args);
        answered.add(commandName);
        return answer;
      },
    { step: 'initialize', name: 'answered' },
  );
  foundation = await foundations.layFoundation('kills');
});
after(async () => {
  await workflow.withdraw('kills').catch(() => {});
  await platform[Symbol.asyncDispose]();
});

async function killAndRestart(): Promise<void> {
  await platform.kill9();
  await platform.restart();
}

/** The commands that SageMaker has answered. */
const answered = new Set<string>();

/**
 * Kills the server as soon as it has acknowledged the command. Not as soon as the resource is there: a client whose answer is lost in between asks
 * again and is told that the name is taken, here as on AWS.
 */
async function killWhen(command: string): Promise<void> {
  await workflow.until(command, async () => answered.has(command) || undefined);
  await killAndRestart();
}

const put = (key: string, body: string) =>
  workflow.s3.send(new PutObjectCommand({ Bucket: foundation.bucket, Key: key, Body: body }));

async function get(key: string): Promise<string> {
  const found = await workflow.s3.send(new GetObjectCommand({ Bucket: foundation.bucket, Key: key }));
  return (await found.Body?.transformToString()) ?? '';
}

/** The processes that serve models of this platform. */
async function replicaPids(): Promise<number[]> {
  const pids: number[] = [];
  for (const pid of await readdir('/proc')) {
    const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
    const isReplica =
      words[0]?.endsWith('node') && words.includes('serve') && words.some((word) => word.startsWith(platform.dataDir));
    if (isReplica) pids.push(Number(pid));
  }
  return pids;
}

describe('survives kill -9 in stage', () => {
  test('1, collect', async () => {
    const raw = learnersCsv(2000, 7);
    await put('raw/learners.csv', raw);
    await killAndRestart();
    assert.equal(await get('raw/learners.csv'), raw);
  });

  test('2, prepare', async () => {
    const prepared = prepare(await get('raw/learners.csv'), 7);
    await put('processed/train/train.csv', prepared.train);
    await put('processed/validation/validation.csv', prepared.validation);
    await killAndRestart();
    assert.equal(await get('processed/train/train.csv'), prepared.train);
  });

  test('3, train: the job is Completed once, and never ran twice', async () => {
    const [trained] = await Promise.all([
      workflow.train(foundation, 'kills', { num_round: '150', max_depth: '6' }),
      killWhen('CreateTrainingJobCommand'),
    ]);
    modelDataUrl = trained.modelDataUrl;
    assert.deepEqual(trained.states, ['Starting', 'Downloading', 'Training', 'Uploading', 'Completed']);
    const { TrainingJobSummaries: jobs } = await workflow.sagemaker.send(new ListTrainingJobsCommand({}));
    assert.deepEqual(
      jobs?.map((job) => job.TrainingJobStatus),
      ['Completed'],
    );
  });

  test('4, validate', async () => {
    const [verdict] = await Promise.all([
      workflow.validate(foundation, 'kills-evaluate', modelDataUrl, 'regression', { r2: { min: 0.5 } }),
      killWhen('CreateProcessingJobCommand'),
    ]);
    evaluationUri = verdict.evaluationUri;
    assert.equal(verdict.passed, true);
  });

  test('5 and 6, register, approve and deploy', async () => {
    const packages = () => workflow.sagemaker.send(new ListModelPackagesCommand({ ModelPackageGroupName: 'kills' }));
    const [arn] = await Promise.all([
      workflow.register('kills', modelDataUrl, evaluationUri),
      killWhen('CreateModelPackageCommand'),
    ]);
    await workflow.approve(arn, 'for the journey');
    await killAndRestart();
    assert.equal((await packages()).ModelPackageSummaryList?.[0]?.ModelApprovalStatus, 'Approved');
    await Promise.all([workflow.deploy(foundation, 'kills', arn), killWhen('CreateEndpointCommand')]);
  });

  test('7, predict: the same process answers the same', async () => {
    score = await workflow.predict('kills', [3, 1, 60, 5]);
    const pids = await replicaPids();
    assert.equal(pids.length, 1);
    await killAndRestart();
    assert.equal(
      await workflow.until('an answer', () => workflow.predict('kills', [3, 1, 60, 5]).catch(() => undefined)),
      score,
    );
    assert.deepEqual(await replicaPids(), pids);
  });

  test('8, monitor: captured requests and metrics are kept', async () => {
    const { uri, line } = await workflow.captured(foundation.bucket, 'kills');
    await killAndRestart();
    assert.equal((await workflow.captured(foundation.bucket, 'kills')).uri, uri);
    assert.equal(JSON.parse(line).captureData.endpointInput.data, '3,1,60,5');
    const [invocations] = await workflow.readMetrics('kills', ['Invocations']);
    assert.ok((invocations?.sum ?? 0) >= 1);
  });
});
