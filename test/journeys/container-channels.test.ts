/** Containers get what processes get: pipes that are fed, checkpoints in their place, inputs without a second copy, the names of the other instances. */
import assert from 'node:assert/strict';
import { glob, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { CreateProcessingJobCommand, type ProcessingInput } from '@aws-sdk/client-sagemaker';
import { until } from '../../examples/workflow/stage.ts';
import { type ContainerEngine, startContainerEngine, testImage } from '../harness/containers.ts';
import { startPlatform, type TestPlatform } from '../harness/platform.ts';
import {
  cluster,
  describeProcessing,
  heldBySize,
  processingEnd,
  s3Input,
  s3Output,
  stored,
} from '../harness/processed.ts';
import { unpacked } from '../harness/scripted-job.ts';
import { bucket, channel, openWorkbench, type Workbench } from '../harness/workbench.ts';

let engine: ContainerEngine;
let folder: string;
let platform: TestPlatform;
let bench: Workbench;

/** Each instance: two epochs of its channel, a checkpoint, and the addresses that it knows. */
const train = `#!/bin/sh
set -e
host=$(sed -n 's/.*"current_host":"\\([^"]*\\)".*/\\1/p' /opt/ml/input/config/resourceconfig.json)
cat /opt/ml/input/data/train_0 /opt/ml/input/data/train_1 > /opt/ml/model/$host
echo $host > /checkpoints/$host
sed -n 's/^\\(127[0-9.]*\\)[ \\t]*algo.*/\\1/p' /etc/hosts > /opt/ml/model/addresses-$host
`;

/** Does to what lies in a folder what can be done to it. */
const alter = `#!/bin/sh
set -e
cd $1
echo more >>append && echo new >write && : >cut && chmod 777 mode && rm remove && echo own >own
rm -r deep && mkdir deep && echo new >deep/er && ln link second && echo more >>second
`;
const wait = `#!/bin/sh
: >/opt/ml/reached
while ! [ -e /opt/ml/go ]; do sleep 0.1; done
`;

before(async () => {
  engine = await startContainerEngine({ programs: { train, alter, wait } });
  folder = await mkdtemp(join(tmpdir(), 'clary-images-'));
  const images = join(folder, 'images.json');
  await writeFile(images, JSON.stringify([{ pattern: 'localhost/*', runs: 'container' }]));
  platform = await startPlatform({ flags: ['--container-socket', engine.socket, '--images', images] });
  bench = await openWorkbench(platform);
});
after(async () => {
  await platform?.[Symbol.asyncDispose]();
  await engine?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

test('two containers of one job stream, save and know each other', async () => {
  await bench.put('lines/a', 'a\n');
  const job = await bench.train('pair', {
    AlgorithmSpecification: { TrainingImage: testImage, TrainingInputMode: 'Pipe' },
    HyperParameters: {},
    InputDataConfig: [channel('train', 'lines/')],
    ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 2, VolumeSizeInGB: 1 },
    CheckpointConfig: { S3Uri: `s3://${bucket}/pair`, LocalPath: '/checkpoints' },
  });
  assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
  const left = await unpacked(await bench.read('model/pair/output/model.tar.gz'));
  assert.deepEqual([left['algo-1'], left['algo-2']], ['a\na\n', 'a\na\n']);
  const addresses = left['addresses-algo-1']?.trim().split('\n') ?? [];
  assert.deepEqual(
    addresses.map((address) => address.split('.').at(-1)),
    ['1', '2'],
  );
  assert.equal(left['addresses-algo-2'], left['addresses-algo-1']);
  for (const host of ['algo-1', 'algo-2'])
    assert.equal(Buffer.from(await bench.read(`pair/${host}`)).toString(), `${host}\n`);
});

const size = 100_000;
const bytes = Buffer.alloc(size, 'as it was\n');
const names = ['append', 'write', 'cut', 'mode', 'remove', 'link', 'deep/er'];

async function putAll(prefix: string): Promise<Map<string, string | undefined>> {
  const tags = new Map<string, string | undefined>();
  for (const name of names) tags.set(`${prefix}/${name}`, (await bench.put(`${prefix}/${name}`, bytes)).ETag);
  return tags;
}
async function areAsTheyWere(tags: Map<string, string | undefined>): Promise<void> {
  for (const [Key, ETag] of tags) {
    const found = await bench.s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
    assert.equal(found.ETag, ETag, Key);
    assert.ok(bytes.equals((await found.Body?.transformToByteArray()) ?? Buffer.of()), Key);
  }
}
const volumes = async () => (await engine.ask('volume', 'ls', '--quiet')).trim();

/** Begins the job, looks while its container waits, and answers what is held of the inputs then. */
async function processed(name: string, script: string, inputs: ProcessingInput[], kill = false) {
  await bench.sagemaker.send(
    new CreateProcessingJobCommand({
      ProcessingJobName: name,
      RoleArn: bench.roleArn,
      AppSpecification: {
        ImageUri: testImage,
        ContainerEntrypoint: ['/bin/sh', '-ec'],
        ContainerArguments: [`/usr/local/bin/wait; ${script}`],
      },
      ProcessingInputs: inputs,
      ProcessingOutputConfig: { Outputs: [s3Output('out', `${name}/out`)] },
      ProcessingResources: cluster(),
    }),
  );
  const runs = join(platform.dataDir, 'runs', 'processing');
  const reached = await until('the container', async () => {
    const { FailureReason: reason } = await describeProcessing(bench, name);
    if (reason) throw new Error(reason);
    // Not every folder: those of overlays are not for a user who is not root.
    for await (const file of glob('*/*/ml/reached', { cwd: runs })) return file;
    return undefined;
  });
  const held = await heldBySize(bench, size);
  if (kill) await engine.ask('kill', '--all');
  else await writeFile(join(runs, dirname(reached), 'go'), '');
  return { held, job: await processingEnd(bench, name) };
}

test('a container’s inputs are the store’s own files, and it can change none of them', async () => {
  const tags = await putAll('given');
  const script =
    'cd /opt/ml/processing/input/given; /usr/local/bin/alter .; echo more >>/elsewhere/inner/append; ' +
    'cat own /elsewhere/cut | head -n 2 >/opt/ml/processing/out/seen';
  const inner = s3Input('inner', 'given/append', { LocalPath: '/elsewhere/inner' });
  const inputs = [s3Input('given', 'given/'), inner, s3Input('around', 'given/cut', { LocalPath: '/elsewhere' })];
  const { held, job } = await processed('altering', script, inputs);
  assert.equal(job.ProcessingJobStatus, 'Completed', job.FailureReason);
  assert.deepEqual(held, { linked: names.length, copied: 0 });
  assert.deepEqual(await stored(bench, 'altering/out/'), { seen: 'own\nas it was\n' });
  await areAsTheyWere(tags);
  const killed = await processed('killed', '', inputs, true);
  assert.equal(killed.job.ProcessingJobStatus, 'Failed');
  assert.equal(await volumes(), '');
});

test('a container’s channels, too', async () => {
  const tags = await putAll('channel');
  const job = await bench.train('altered', {
    AlgorithmSpecification: {
      TrainingImage: testImage,
      TrainingInputMode: 'File',
      ContainerEntrypoint: ['/bin/sh', '-ec'],
      ContainerArguments: ['cd /opt/ml/input/data/train; /usr/local/bin/alter .; cp own /opt/ml/model/'],
    },
    HyperParameters: {},
    InputDataConfig: [channel('train', 'channel/')],
  });
  assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
  assert.equal((await unpacked(await bench.read('model/altered/output/model.tar.gz'))).own, 'own\n');
  await areAsTheyWere(tags);
  assert.equal(await volumes(), '');
});
