/** What becomes of what a processing job's program leaves, and when; and that nothing else of the machine goes with it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { HeadObjectCommand, ListObjectVersionsCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { StopProcessingJobCommand } from '@aws-sdk/client-sagemaker';
import { until } from '../../../../../../examples/workflow/stage.ts';
import { startPlatform, type TestPlatform } from '../../../../../../test/harness/platform.ts';
import {
  cluster,
  describeProcessing,
  processingEnd,
  runProcessing,
  s3Input,
  s3Output,
  startProcessing,
  stored,
} from '../../../../../../test/harness/processed.ts';
import { bucket, openWorkbench, type Workbench } from '../../../../../../test/harness/workbench.ts';

let platform: TestPlatform;
let bench: Workbench;

before(async () => {
  platform = await startPlatform({ flags: ['--sandbox', 'required', '--job-cores', '16'] });
  bench = await openWorkbench(platform);
  await bench.s3.send(
    new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }),
  );
});
after(() => platform[Symbol.asyncDispose]());

const here = `import os, time\nos.chdir('/opt/ml/processing/out')\n`;
const out = (name: string, changes: object = {}) => s3Output('out', `${name}/out`, changes);
const continuous = (name: string) => out(name, { S3UploadMode: 'Continuous' });

async function left(name: string, script: string, changes: object = {}) {
  const job = await runProcessing(bench, name, here + script, { outputs: [out(name, changes)] });
  assert.equal(job.ProcessingJobStatus, 'Completed', job.FailureReason);
  return stored(bench, `${name}/out/`);
}
const some = (name: string) =>
  until(`objects of ${name}`, async () => {
    const found = await stored(bench, `${name}/out/`);
    return Object.keys(found).length > 0 ? found : undefined;
  });

describe('outputs are', () => {
  it('the files of a folder that is there before the program, under their names, whatever those are', async () => {
    const script = `
os.makedirs('deep/er')
for name in ['plain', 'deep/er/file', 'line\\nbreak', ' sp ace', 'ü+&%41?#.txt', '.hidden', 'empty']:
    open(name, 'w').write('' if name == 'empty' else name)`;
    const names = ['plain', 'deep/er/file', 'line\nbreak', ' sp ace', 'ü+&%41?#.txt', '.hidden'];
    assert.deepEqual(await left('names', script), {
      ...Object.fromEntries(names.map((name) => [name, name])),
      empty: '',
    });
  });

  it('nothing where the program left nothing', async () => {
    assert.deepEqual(await left('none', 'pass'), {});
    assert.deepEqual(await left('removed', `os.rmdir('/opt/ml/processing/out')`), {});
  });

  it('those of folders outside of /opt/ml, too', async () => {
    const outputs = [out('given'), s3Output('more', 'given/more', { LocalPath: '/results/' })];
    const job = await runProcessing(bench, 'given', `open('/results/x', 'w').write('x')`, { outputs });
    assert.equal(job.ProcessingJobStatus, 'Completed', job.FailureReason);
    assert.deepEqual(await stored(bench, 'given/more/'), { x: 'x' });
  });

  it('those of all instances', async () => {
    const script = `import json\nhost = json.load(open('/opt/ml/config/resourceconfig.json'))['current_host']\nopen(host, 'w').write(host)`;
    const changes = { ProcessingResources: cluster(2) };
    const job = await runProcessing(bench, 'both', here + script, { outputs: [out('both')], changes });
    assert.equal(job.ProcessingJobStatus, 'Completed', job.FailureReason);
    assert.deepEqual(await stored(bench, 'both/out/'), { 'algo-1': 'algo-1', 'algo-2': 'algo-2' });
  });

  it('the program’s own affair where they are AppManaged', async () => {
    const outputs = [{ ...out('managed'), AppManaged: true }];
    const script = `os.makedirs('/opt/ml/processing/out')\n${here}open('x', 'w').write('x')`;
    const job = await runProcessing(bench, 'managed', `import os\n${script}`, { outputs });
    assert.equal(job.ProcessingJobStatus, 'Completed', job.FailureReason);
    assert.deepEqual(await stored(bench, 'managed/out/'), {});
  });

  it('encrypted under the key that the request names', async () => {
    const changes = { ProcessingOutputConfig: { KmsKeyId: 'alias/aws/s3', Outputs: [out('kms')] } };
    const job = await runProcessing(bench, 'kms', `${here}open('x', 'w').write('x')`, { changes });
    assert.equal(job.ProcessingJobStatus, 'Completed', job.FailureReason);
    const head = await bench.s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'kms/out/x' }));
    assert.equal(head.ServerSideEncryption, 'aws:kms');
  });

  it('not stored at the end of a job that failed, and stored of one that was stopped', async () => {
    const failed = await runProcessing(bench, 'failed', `${here}open('x', 'w').write('x')\nraise SystemExit(1)`, {
      outputs: [out('failed')],
    });
    assert.equal(failed.ProcessingJobStatus, 'Failed');
    assert.deepEqual(await stored(bench, 'failed/out/'), {});
    const script = `${here}import signal, sys\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\nopen('x', 'w').write('x')\nopen('/opt/ml/processing/live/started', 'w').write('1')\nsignal.pause()`;
    const live = s3Output('live', 'stopped/live', { S3UploadMode: 'Continuous' });
    await startProcessing(bench, 'stopped', script, { outputs: [out('stopped'), live] });
    await until('the start', async () => ('started' in (await stored(bench, 'stopped/live/')) ? true : undefined));
    await bench.sagemaker.send(new StopProcessingJobCommand({ ProcessingJobName: 'stopped' }));
    assert.equal((await processingEnd(bench, 'stopped')).ProcessingJobStatus, 'Stopped');
    assert.deepEqual(await stored(bench, 'stopped/out/'), { x: 'x' });
  });
});

describe('continuous outputs are', () => {
  it('stored while the job runs, whole files only, and once more when they change', async () => {
    // The program itself looks at what S3 has: nothing here goes by time but how long a file grows.
    const script = `${here}
import boto3
s3 = boto3.client('s3')
def wait(key, text):
    while True:
        try:
            if s3.get_object(Bucket='${bucket}', Key='live/out/' + key)['Body'].read() == text: return
        except s3.exceptions.NoSuchKey: pass
        time.sleep(0.1)
growing = open('growing', 'w')
open('first', 'w').write('one')
deadline = time.monotonic() + 3
while time.monotonic() < deadline:
    growing.write('more '); growing.flush(); time.sleep(0.05)
wait('first', b'one')
try:
    s3.head_object(Bucket='${bucket}', Key='live/out/growing')
    open('torn', 'w').write('x')
except s3.exceptions.ClientError: pass
growing.write('done'); growing.close()
wait('growing', open('growing', 'rb').read())
open('first', 'w').write('two')
wait('first', b'two')
open('last', 'w').write('last')
`;
    await startProcessing(bench, 'live', script, { outputs: [continuous('live')] });
    const early = await some('live');
    assert.deepEqual(Object.keys(early), ['first']);
    assert.equal((await describeProcessing(bench, 'live')).ProcessingJobStatus, 'InProgress');
    const job = await processingEnd(bench, 'live');
    assert.equal(job.ProcessingJobStatus, 'Completed', job.FailureReason);
    const { growing = '', ...rest } = await stored(bench, 'live/out/');
    assert.deepEqual(rest, { first: 'two', last: 'last' });
    assert.match(growing, /^(more )+done$/);
    const { Versions = [] } = await bench.s3.send(
      new ListObjectVersionsCommand({ Bucket: bucket, Prefix: 'live/out/' }),
    );
    assert.deepEqual(
      Versions.map(({ Key }) => Key).sort(),
      ['first', 'first', 'growing', 'last'].map((key) => `live/out/${key}`),
    );
  });

  it('as they are in the end, even where a half was stored, a name changed, or the times say nothing', async () => {
    const script = `${here}
import boto3, mmap
s3 = boto3.client('s3')
def wait(key, text):
    while True:
        try:
            if s3.get_object(Bucket='${bucket}', Key='end/out/' + key)['Body'].read() == text: return
        except s3.exceptions.NoSuchKey: pass
        time.sleep(0.1)
half = open('half', 'w'); half.write('half'); half.flush()
os.makedirs('deep/er')
open('deep/er/old', 'w').write('moved')
open('same', 'w').write('first')
open('mapped', 'wb').write(b'1' * 4096)
mapped = open('mapped', 'r+b')
view = mmap.mmap(mapped.fileno(), 4096)
view[0:1] = b'2'
wait('half', b'half'); wait('deep/er/old', b'moved'); wait('same', b'first'); wait('mapped', b'2' + b'1' * 4095)
os.rename('deep', 'down')
os.rename('down/er/old', 'down/new')
times = os.stat('same')
open('same', 'r+').write('later')
os.utime('same', ns=(times.st_atime_ns, times.st_mtime_ns))
view[0:1] = b'3'
half.write(' whole')
`;
    const job = await runProcessing(bench, 'end', script, { outputs: [continuous('end')] });
    assert.equal(job.ProcessingJobStatus, 'Completed', job.FailureReason);
    assert.deepEqual(await stored(bench, 'end/out/'), {
      half: 'half whole',
      'deep/er/old': 'moved',
      'down/new': 'moved',
      same: 'later',
      mapped: `3${'1'.repeat(4095)}`,
    });
  });

  it('kept of a job that failed', async () => {
    const script = `${here}open('x', 'w').write('x')\nraise SystemExit(1)`;
    const job = await runProcessing(bench, 'fails', script, { outputs: [continuous('fails')] });
    assert.equal(job.ProcessingJobStatus, 'Failed');
    assert.deepEqual(await stored(bench, 'fails/out/'), { x: 'x' });
  });
});

describe('outputs never are files of the machine', () => {
  it('by a link: none is followed or stored, whatever it points to, as on AWS', async () => {
    await bench.put('train/x', 'input');
    const targets = ['real', '/opt/ml/processing/input/given/x', '/etc/hostname', '../../../../etc/hostname'];
    const odd = ['/etc', '/opt/ml/processing', 'nowhere-else', '/opt/ml/processing/folder/hostname'];
    const script = `
open('real', 'w').write('real')
os.symlink('/etc', '/opt/ml/processing/folder')
for number, target in enumerate(${JSON.stringify([...targets, ...odd])}): os.symlink(target, str(number))`;
    const job = await runProcessing(bench, 'links', here + script, {
      inputs: [s3Input('given', 'train/x')],
      outputs: [out('links')],
    });
    assert.equal(job.ProcessingJobStatus, 'Completed', job.FailureReason);
    assert.deepEqual(await stored(bench, 'links/out/'), { real: 'real' });
  });

  it('by a link in the place of the folder, at the end or while the job runs', async () => {
    for (const S3UploadMode of ['EndOfJob', 'Continuous'] as const) {
      const name = `swap-${S3UploadMode.toLowerCase()}`;
      const script = `import os, time\nos.rmdir('/opt/ml/processing/out')\nos.symlink('/etc', '/opt/ml/processing/out')\ntime.sleep(3)`;
      const job = await runProcessing(bench, name, script, { outputs: [out(name, { S3UploadMode })] });
      assert.equal(
        job.FailureReason,
        'ClientError: Artifact upload failed: /opt/ml/processing/out is no longer a folder; links are not followed',
      );
      assert.deepEqual(await stored(bench, `${name}/out/`), {});
    }
  });
});

describe('outputs fail the job', () => {
  it('where a name is not UTF-8', async () => {
    const job = await runProcessing(bench, 'latin', `${here}open(b'caf\\xe9', 'w').write('x')`, {
      outputs: [out('latin')],
    });
    assert.equal(job.ProcessingJobStatus, 'Failed');
    assert.match(job.FailureReason ?? '', /^ClientError: Artifact upload failed: the name of ".*caf.*" is not UTF-8$/);
  });

  it('where the bucket is not there', async () => {
    const outputs = [out('nowhere', { S3Uri: 's3://nobody-has-this/x' })];
    const job = await runProcessing(bench, 'nowhere', `${here}open('x', 'w').write('x')`, { outputs });
    assert.match(job.FailureReason ?? '', /^ClientError: Artifact upload failed: (AccessDenied|NoSuchBucket): /);
  });
});
