/** Containers get what processes get: pipes that are fed, checkpoints in their place, the names of the other instances. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type ContainerEngine, startContainerEngine, testImage } from '../harness/containers.ts';
import { startPlatform, type TestPlatform } from '../harness/platform.ts';
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

before(async () => {
  engine = await startContainerEngine({ programs: { train } });
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
