/** Images that run as containers, from the SDK's call to the artifact: what they are given, what of them is kept, how their end is told. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateProcessingJobCommand,
  type CreateProcessingJobCommandInput,
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DescribeProcessingJobCommand,
  DescribeTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { until } from '../../examples/workflow/stage.ts';
import { type ContainerEngine, startContainerEngine, testImage } from '../harness/containers.ts';
import { type PlatformProcess, startPlatform, startPlatformProcess } from '../harness/platform.ts';
import { bucket, openWorkbench, type Workbench } from '../harness/workbench.ts';

/** A training image by SageMaker's contract: `train` is a program on its PATH. */
const train = `#!/bin/sh
mode=$(sed -n 's/.*"mode":"\\([a-z]*\\)".*/\\1/p' /opt/ml/input/config/hyperparameters.json)
echo "mode $mode of $TRAINING_JOB_NAME by $0"
case $mode in
  fails) echo 'AlgorithmError: no column age' > /opt/ml/output/failure; exit 7 ;;
  silent) exit 9 ;;
  fills) head -c 1200000000 /dev/zero > /filled; while :; do sleep 0.05; done ;;
  slow)
    trap 'echo half > /opt/ml/model/model.txt; exit 0' TERM
    while :; do sleep 0.05; done ;;
  waits) while ! test -e /opt/ml/model/go; do sleep 0.05; done; echo went on ;;
  alone) wget -q -O /opt/ml/model/answer "\${PLATFORM}/" || echo unreachable > /opt/ml/model/answer; env > /opt/ml/model/env ;;
  *)
    cp /opt/ml/input/data/train/data.csv /opt/ml/model/
    wget -q -O /opt/ml/model/credentials.json --header "Authorization: $AWS_CONTAINER_AUTHORIZATION_TOKEN" "$AWS_CONTAINER_CREDENTIALS_FULL_URI" ;;
esac
`;

let engine: ContainerEngine;
let folder: string;
let platform: PlatformProcess;
let bench: Workbench;
before(async () => {
  engine = await startContainerEngine({ programs: { train } });
  folder = await mkdtemp(join(tmpdir(), 'clary-images-'));
  const images = join(folder, 'images.json');
  await writeFile(images, JSON.stringify([{ pattern: 'localhost/*', runs: 'container' }]));
  platform = await startPlatformProcess({ flags: ['--container-socket', engine.socket, '--images', images] });
  bench = await openWorkbench(platform);
});
after(async () => {
  await platform?.[Symbol.asyncDispose]();
  await engine?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const inContainer = (
  mode: string,
  changes: Partial<CreateTrainingJobCommandInput> = {},
): Partial<CreateTrainingJobCommandInput> => ({
  AlgorithmSpecification: { TrainingImage: testImage, TrainingInputMode: 'File' },
  HyperParameters: { mode },
  ...changes,
});

async function artifactOf(job: string): Promise<Record<string, string>> {
  const archive = join(folder, `${job}.tar.gz`);
  await writeFile(archive, await bench.read(`model/${job}/output/model.tar.gz`));
  const names = execFileSync('tar', ['-tzf', archive], { encoding: 'utf8' })
    .split('\n')
    .filter((name) => /[^/]$/.test(name));
  return Object.fromEntries(
    names.map((name) => [name, execFileSync('tar', ['-xzOf', archive, name], { encoding: 'utf8' })]),
  );
}

async function logOf(job: string): Promise<string[]> {
  const { CreationTime: created } = await bench.sagemaker.send(
    new DescribeTrainingJobCommand({ TrainingJobName: job }),
  );
  const { events = [] } = await platform.client(CloudWatchLogsClient).send(
    new GetLogEventsCommand({
      logGroupName: '/aws/sagemaker/TrainingJobs',
      logStreamName: `${job}/algo-1-${created?.getTime()}`,
      startFromHead: true,
    }),
  );
  return events.map(({ message }) => message ?? '');
}

describe('A training job in a container does', () => {
  test('train: channels in, artifact out, log shipped, the role’s credentials within reach', async () => {
    const job = await bench.train('plain', inContainer('plain'));
    assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
    assert.equal(job.ModelArtifacts?.S3ModelArtifacts, `s3://${bucket}/model/plain/output/model.tar.gz`);
    const files = await artifactOf('plain');
    assert.match(files['data.csv'] ?? '', /^0,0,0\n1,1,1\n/);
    assert.match(JSON.parse(files['credentials.json'] ?? '').AccessKeyId, /^ASIA/);
    assert.deepEqual(await logOf('plain'), ['mode plain of plain by /usr/local/bin/train']);
    assert.deepEqual(await engine.containers(), []);
    assert.deepEqual(await readdir(join(platform.dataDir, 'runs', 'training')), []);
  });

  test('run what the request says in the place of `train`', async () => {
    const job = await bench.train('entry', {
      ...inContainer('plain'),
      AlgorithmSpecification: {
        TrainingImage: testImage,
        TrainingInputMode: 'File',
        ContainerEntrypoint: ['/bin/sh', '-c', 'echo "$0 and $1" > /opt/ml/model/words'],
        ContainerArguments: ['first word', 'second'],
      },
    });
    assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
    assert.deepEqual(await artifactOf('entry'), { words: 'first word and second\n' });
  });

  test('see neither the network nor credentials when it is isolated', async () => {
    const job = await bench.train(
      'alone',
      inContainer('alone', { EnableNetworkIsolation: true, Environment: { PLATFORM: platform.endpoint } }),
    );
    assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
    const { answer, env } = await artifactOf('alone');
    assert.equal(answer, 'unreachable\n');
    assert.doesNotMatch(env ?? '', /AWS_(?!REGION|DEFAULT_REGION)|AUTHORIZATION/);
  });

  test('end when it fills its own layer beyond its volume', async () => {
    const resources = { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 } as const;
    const job = await bench.train('fills', inContainer('fills', { ResourceConfig: resources }));
    assert.equal(job.TrainingJobStatus, 'Failed');
    assert.match(job.FailureReason ?? '', /^ClientError: No space left on the volume of algo-1/);
  });

  test('fail with the reason that it wrote, or with its exit code', async () => {
    const told = await bench.train('fails', inContainer('fails'));
    assert.deepEqual([told.TrainingJobStatus, told.FailureReason], ['Failed', 'AlgorithmError: no column age']);
    const silent = await bench.train('silent', inContainer('silent'));
    assert.equal(silent.TrainingJobStatus, 'Failed');
    assert.match(silent.FailureReason ?? '', /^AlgorithmError: .*exit code 9 /);
    assert.deepEqual(await logOf('silent'), ['mode silent of silent by /usr/local/bin/train']);
  });

  test('fail for want of its program, whether the request names it or the image should have it; its log says which', async () => {
    const named = { TrainingImage: testImage, TrainingInputMode: 'File' as const };
    for (const [name, entrypoint] of [
      ['no-program', ['/nowhere/python3', 'train.py']],
      ['no-command', ['no-such-command']],
    ] as const) {
      const AlgorithmSpecification = { ...named, ContainerEntrypoint: [...entrypoint] };
      const job = await bench.train(name, { ...inContainer('plain'), AlgorithmSpecification });
      assert.equal(job.TrainingJobStatus, 'Failed');
      assert.match(
        job.FailureReason ?? '',
        /^AlgorithmError: .*exit code 127 .*; see its log: \/aws\/sagemaker\/TrainingJobs, /,
      );
      assert.match((await logOf(name)).join('\n'), new RegExp(`${entrypoint[0]}.*(no such file|not found)`));
    }
    assert.deepEqual(await engine.containers(), []);
  });

  test('fail by a kill: the exit code says which', async () => {
    const AlgorithmSpecification = {
      TrainingImage: testImage,
      TrainingInputMode: 'File' as const,
      // The first process of a container hears no SIGKILL from within: another one does.
      ContainerEntrypoint: ['/bin/sh', '-c', "sh -c 'kill -9 $$'; exit $?"],
    };
    const job = await bench.train('shot', { ...inContainer('plain'), AlgorithmSpecification });
    assert.equal(job.TrainingJobStatus, 'Failed');
    assert.match(job.FailureReason ?? '', /^AlgorithmError: .*exit code 137 /);
  });

  test('stop at its time limit; what it saved on SIGTERM is kept', async () => {
    const job = await bench.train('slow', inContainer('slow', { StoppingCondition: { MaxRuntimeInSeconds: 2 } }));
    assert.deepEqual([job.TrainingJobStatus, job.SecondaryStatus], ['Stopped', 'MaxRuntimeExceeded']);
    assert.deepEqual(await artifactOf('slow'), { 'model.txt': 'half\n' });
    assert.deepEqual(await engine.containers(), []);
  });
});

describe('A training job in a container refuses', () => {
  test('an image that is not there: the job fails and says how to bring it', async () => {
    const job = await bench.train('absent', {
      ...inContainer('plain'),
      AlgorithmSpecification: { TrainingImage: 'localhost/absent:2', TrainingInputMode: 'File' },
    });
    assert.equal(job.TrainingJobStatus, 'Failed');
    assert.match(
      job.FailureReason ?? '',
      /^ClientError: the image localhost\/absent:2 is not on this machine\. Bring it with `podman load`/,
    );
  });

  test('an image that the table does not know, at once', async () => {
    await assert.rejects(
      bench.sagemaker.send(
        new CreateTrainingJobCommand(
          bench.trainingJob('unknown', {
            AlgorithmSpecification: { TrainingImage: 'elsewhere/image:1', TrainingInputMode: 'File' },
          }),
        ),
      ),
      {
        name: 'ValidationException',
        message: /^no runtime for image elsewhere\/image:1; known for training: localhost\/\*, sagemaker-xgboost:/,
      },
    );
  });

  test('every container at once where the machine has no engine', async () => {
    const flags = ['--container-socket', join(folder, 'nobody.sock'), '--images', join(folder, 'images.json')];
    await using without = await startPlatform({ flags });
    const { sagemaker, trainingJob } = await openWorkbench(without);
    await assert.rejects(sagemaker.send(new CreateTrainingJobCommand(trainingJob('none', inContainer('plain')))), {
      name: 'ValidationException',
      message: new RegExp(
        `^image ${testImage} runs as a container, and no container engine was found on this machine\\. `,
      ),
    });
  });
});

describe('A training job in a container cannot', () => {
  const running = (script: string) => ({
    AlgorithmSpecification: {
      TrainingImage: testImage,
      TrainingInputMode: 'File' as const,
      ContainerEntrypoint: ['/bin/sh', '-c', script],
    },
  });

  test('show the platform’s files as the reason', async () => {
    const secret = join(platform.dataDir, 'credentials.json');
    for (const [name, link] of Object.entries({
      file: `${secret} failure`,
      folder: `${platform.dataDir} /opt/ml/output`,
    })) {
      const script = `cd /opt/ml/output && rm -rf /opt/ml/output/*; test ${name} = file || rmdir /opt/ml/output; ln -s ${link}; exit 3`;
      const job = await bench.train(`reason-${name}`, inContainer('links', running(script)));
      assert.equal(job.TrainingJobStatus, 'Failed');
      assert.match(job.FailureReason ?? '', /exit code 3 /);
    }
  });

  test('have them put into its artifact', async () => {
    const script = `rm -rf /opt/ml/model; ln -s ${platform.dataDir} /opt/ml/model; mkfifo /opt/ml/output/metrics.json`;
    const job = await bench.train('artifact-link', inContainer('links', running(script)));
    assert.deepEqual(
      [job.TrainingJobStatus, job.FailureReason],
      ['Failed', 'ClientError: Artifact upload failed: /opt/ml/model is no longer a folder; links are not followed'],
    );
    const broken = await bench.train(
      'broken-metrics',
      inContainer('links', running('echo "{broken" > /opt/ml/output/metrics.json')),
    );
    assert.equal(broken.TrainingJobStatus, 'Completed', broken.FailureReason);
  });
});

describe('A training job in a container survives', () => {
  test('kill -9 of the server while it runs', async () => {
    await bench.sagemaker.send(new CreateTrainingJobCommand(bench.trainingJob('killed', inContainer('waits'))));
    const runs = join(platform.dataDir, 'runs', 'training');
    await until('a running container', async () => (await engine.containers()).length === 1 || undefined);
    await platform.kill9();
    const [run = ''] = await readdir(runs);
    await platform.restart();
    await writeFile(join(runs, run, 'algo-1', 'ml', 'model', 'go'), '');
    const job = await bench.jobEnd('killed');
    assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
    assert.deepEqual(await logOf('killed'), ['mode waits of killed by /usr/local/bin/train', 'went on']);
    assert.deepEqual(await engine.containers(), []);
  });
});

test('A processing job in a container reads its inputs, writes its outputs and its message', async () => {
  const place = (name: string) => ({ S3Uri: `s3://${bucket}/${name}`, LocalPath: `/opt/ml/processing/${name}` });
  const request: CreateProcessingJobCommandInput = {
    ProcessingJobName: 'processing',
    RoleArn: bench.roleArn,
    AppSpecification: {
      ImageUri: testImage,
      ContainerEntrypoint: ['/bin/sh', '-c'],
      ContainerArguments: [
        'head -n 2 /opt/ml/processing/train/data.csv > /opt/ml/processing/short/data.csv; grep -q ProcessingJobArn /opt/ml/config/processingjobconfig.json && echo "as $WHO" > /opt/ml/output/message',
      ],
    },
    Environment: { WHO: 'asked' },
    ProcessingInputs: [
      { InputName: 'train', S3Input: { ...place('train/'), S3DataType: 'S3Prefix', S3InputMode: 'File' } },
    ],
    ProcessingOutputConfig: {
      Outputs: [{ OutputName: 'short', S3Output: { ...place('short'), S3UploadMode: 'EndOfJob' } }],
    },
    ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 } },
  };
  await bench.sagemaker.send(new CreateProcessingJobCommand(request));
  const job = await until('the end of the processing job', async () => {
    const now = await bench.sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: 'processing' }));
    return now.ProcessingJobStatus === 'InProgress' ? undefined : now;
  });
  assert.deepEqual([job.ProcessingJobStatus, job.ExitMessage], ['Completed', 'as asked'], job.FailureReason);
  assert.equal(Buffer.from(await bench.read('short/data.csv')).toString(), '0,0,0\n1,1,1\n');
});
