/** What becomes of what a program leaves, and that nothing else of the machine goes with it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { CreateTrainingJobCommandInput } from '@aws-sdk/client-sagemaker';
import { startPlatform, type TestPlatform } from '../../../../../../test/harness/platform.ts';
import { scripted, unpacked } from '../../../../../../test/harness/scripted-job.ts';
import { bucket, openWorkbench, type Workbench } from '../../../../../../test/harness/workbench.ts';

let platform: TestPlatform;
let bench: Workbench;

before(async () => {
  platform = await startPlatform({ flags: ['--sandbox', 'required'] });
  bench = await openWorkbench(platform);
});
after(() => platform[Symbol.asyncDispose]());

const run = (name: string, script: string, changes: Partial<CreateTrainingJobCommandInput> = {}) =>
  bench.train(name, {
    ...scripted(`import os, sys, json\nos.chdir('/opt/ml')\n${script}`),
    InputDataConfig: undefined,
    ...changes,
  });
const archive = async (job: string, name: string) => unpacked(await bench.read(`model/${job}/output/${name}`));
async function keys(job: string): Promise<string[]> {
  const { Contents = [] } = await bench.s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: `model/${job}/` }));
  return Contents.map(({ Key = '' }) => Key.replace(`model/${job}/`, ''));
}
const single = { S3OutputPath: `s3://${bucket}/model`, CompressionType: 'NONE' as const };
const two = { InstanceType: 'ml.m5.large', InstanceCount: 2, VolumeSizeInGB: 1 } as const;

describe('outputs are', () => {
  it('two archives: the model, and what else the program wrote', async () => {
    const job = await run('both', `open('model/m', 'w').write('model'); open('output/data/d', 'w').write('data')`);
    assert.equal(job.ModelArtifacts?.S3ModelArtifacts, `s3://${bucket}/model/both/output/model.tar.gz`);
    assert.deepEqual(await keys('both'), ['output/model.tar.gz', 'output/output.tar.gz']);
    assert.deepEqual(
      [await archive('both', 'model.tar.gz'), await archive('both', 'output.tar.gz')],
      [{ m: 'model' }, { d: 'data' }],
    );
  });

  it('nothing where the program left nothing', async () => {
    const job = await run('none', 'pass');
    assert.deepEqual([job.TrainingJobStatus, job.ModelArtifacts?.S3ModelArtifacts], ['Completed', '']);
    assert.deepEqual(await keys('none'), []);
  });

  it('single files without compression', async () => {
    const script = `os.makedirs('model/a/b'); open('model/a/b/m', 'w').write('model'); open('output/data/d', 'w').write('data')`;
    const job = await run('single', script, { OutputDataConfig: single });
    assert.equal(job.ModelArtifacts?.S3ModelArtifacts, `s3://${bucket}/model/single/output/model/`);
    assert.deepEqual(await keys('single'), ['output/data/d', 'output/model/a/b/m']);
    assert.equal(String(Buffer.from(await bench.read('model/single/output/model/a/b/m'))), 'model');
  });

  it('refused if a name is not UTF-8, without naming a path of the machine', async () => {
    for (const CompressionType of ['GZIP', 'NONE'] as const) {
      const name = `latin-${CompressionType.toLowerCase()}`;
      const script = `open(b'model/caf\\xe9', 'w').write('x')`;
      const job = await run(name, script, { OutputDataConfig: { ...single, CompressionType } });
      assert.equal(
        job.FailureReason,
        'ClientError: Artifact upload failed: "caf\ufffd" could not be read, probably for its name, which must be UTF-8 (ENOENT)',
      );
    }
  });

  it('encrypted under the key that the request names, as archives and as single files', async () => {
    for (const CompressionType of ['GZIP', 'NONE'] as const) {
      const OutputDataConfig = { ...single, CompressionType, KmsKeyId: 'alias/aws/s3' };
      const name = `kms-${CompressionType.toLowerCase()}`;
      await run(name, `open('model/m', 'w').write('model')`, { OutputDataConfig });
      const [key] = await keys(name);
      const head = await bench.s3.send(new HeadObjectCommand({ Bucket: bucket, Key: `model/${name}/${key}` }));
      assert.equal(head.ServerSideEncryption, 'aws:kms', key);
    }
    await run('plain', `open('model/m', 'w').write('model')`);
    const head = await bench.s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'model/plain/output/model.tar.gz' }));
    assert.notEqual(head.ServerSideEncryption, 'aws:kms');
  });

  it('those of all instances together; where two wrote the same, the first one counts', async () => {
    const script = `
host = json.load(open('input/config/resourceconfig.json'))['current_host']
os.makedirs('model/both')
for name in ['same', host, 'both/' + host]: open('model/' + name, 'w').write(host)`;
    await run('merged', script, { ResourceConfig: two });
    assert.deepEqual(await archive('merged', 'model.tar.gz'), {
      'algo-1': 'algo-1',
      'algo-2': 'algo-2',
      'both/algo-1': 'algo-1',
      'both/algo-2': 'algo-2',
      same: 'algo-1',
    });
  });

  it('what has odd names, links, pipes and sockets among it: links stay links, the rest is left out', async () => {
    const script = `
import socket
open('model/line\\nbreak ü "quoted"', 'w').write('x')
os.symlink('/etc/passwd', 'model/outside'); os.symlink('line', 'model/inside'); os.mkfifo('model/pipe')
socket.socket(socket.AF_UNIX).bind('model/socket')`;
    const job = await run('odd', script);
    assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
    assert.deepEqual(await archive('odd', 'model.tar.gz'), {
      'line\nbreak ü "quoted"': 'x',
      inside: '-> line',
      outside: '-> /etc/passwd',
    });
  });
});

describe('outputs never are files of the machine', () => {
  it('by a link among single files', async () => {
    const job = await run('link', `os.symlink('/etc/hostname', 'model/m')`, { OutputDataConfig: single });
    assert.equal(job.TrainingJobStatus, 'Failed');
    assert.match(
      job.FailureReason ?? '',
      /^ClientError: Artifact upload failed: "model\/m" is a link to "\/etc\/hostname": S3 has no links/,
    );
  });

  for (const [name, folder] of [
    ['model-link', 'model'],
    ['output-link', 'output/data'],
    ['above-link', 'output'],
  ] as const) {
    it(`by a link in the place of /opt/ml/${folder}`, async () => {
      const job = await run(name, `import shutil; shutil.rmtree('${folder}'); os.symlink('/etc', '${folder}')`);
      assert.equal(job.TrainingJobStatus, 'Failed');
      assert.equal(
        job.FailureReason,
        `ClientError: Artifact upload failed: /opt/ml/${folder} is no longer a folder; links are not followed`,
      );
      assert.deepEqual(await keys(name), []);
    });
  }

  it('by a link in the place of the files that the platform reads', async () => {
    const script = `
for name in ['failure', 'metrics.json']: os.symlink('/etc/hostname', 'output/' + name)
sys.exit(3)`;
    const job = await run('read', script);
    assert.equal(job.TrainingJobStatus, 'Failed');
    assert.match(job.FailureReason ?? '', /^AlgorithmError: ExecuteUserScriptError:\nExitCode 3\nErrorMessage ""\n/);
  });
});

describe('a failure', () => {
  it('is the text that the program wrote, its first 1,024 characters', async () => {
    const job = await run('told', `open('output/failure', 'w').write('AlgorithmError: ' + 'x' * 5000); sys.exit(1)`);
    assert.equal(job.FailureReason, `AlgorithmError: ${'x'.repeat(1008)}`);
    assert.deepEqual(await keys('told'), []);
  });
});
