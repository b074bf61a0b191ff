/** The server is killed (-9) in each state of a training job, with channels of each kind: every job ends as if nothing had been, and ran once. */
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  type Channel,
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DescribeTrainingJobCommand,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { until } from '../../examples/workflow/stage.ts';
import { type PlatformProcess, startPlatformProcess } from '../harness/platform.ts';
import { beginnings } from '../harness/runs.ts';
import { scripted, tell, unpacked } from '../harness/scripted-job.ts';
import { bucket, openWorkbench, type Workbench } from '../harness/workbench.ts';

let platform: PlatformProcess;
let bench: Workbench;
/** What goes through a pipe: more than a pipe holds. */
const streamBytes = 8 * 2 ** 20;

before(async () => {
  platform = await startPlatformProcess({ flags: ['--sandbox', 'required', '--job-cores', '2'] });
  bench = await openWorkbench(platform, { maxAttempts: 10 });
  await bench.put('files/a', 'a');
  await bench.put('files/b', 'b');
  await bench.put('large/object', Buffer.alloc(32 * 2 ** 20, 'l'));
  await bench.put('stream/object', Buffer.alloc(streamBytes, 's'));
  await bench.put('lists/manifest', JSON.stringify([{ prefix: `s3://${bucket}/files/` }, 'b']));
  await bench.put(
    'lists/augmented',
    `{"x-ref": "s3://${bucket}/files/a", "n": 1}\n{"x-ref": "s3://${bucket}/files/b", "n": 2}\n`,
  );
});
after(() => platform[Symbol.asyncDispose]());

type S3Source = NonNullable<NonNullable<Channel['DataSource']>['S3DataSource']>;
const channel = (
  name: string,
  key: string,
  InputMode: Channel['InputMode'],
  source: Partial<S3Source> = {},
): Channel => ({
  ChannelName: name,
  InputMode,
  DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${bucket}/${key}`, ...source } },
});
const everyKind = [
  channel('file', 'files/', 'File'),
  channel('fast', 'files/', 'FastFile'),
  channel('manifest', 'lists/manifest', 'File', { S3DataType: 'ManifestFile' }),
  channel('pipe', 'files/', 'Pipe'),
  channel('augmented', 'lists/augmented', 'Pipe', {
    S3DataType: 'AugmentedManifestFile',
    AttributeNames: ['n', 'x-ref'],
  }),
];
const readEveryKind = `
data = '/opt/ml/input/data/'
seen = {c: ''.join(open(data + c + '/' + n).read() for n in sorted(os.listdir(data + c))) for c in ['file', 'fast', 'manifest']}
for c in ['pipe', 'augmented']: seen[c] = [open(data + c + '_' + str(e)).read() for e in range(3)]
tell('seen', seen)`;
const everyKindSeen = {
  ...{ file: 'ab', fast: 'ab', manifest: 'b' },
  ...{ pipe: ['ab', 'ab', 'ab'], augmented: ['1a2b', '1a2b', '1a2b'] },
};

const create = (name: string, script: string, changes: Partial<CreateTrainingJobCommandInput> = {}) =>
  bench.sagemaker.send(
    new CreateTrainingJobCommand(
      bench.trainingJob(name, {
        ...scripted(
          `${tell}\nimport time, signal, uuid\nprint('began', uuid.uuid4())\nwork = '/opt/ml/'\n${waiting}\n${script}`,
        ),
        InputDataConfig: undefined,
        ...changes,
      }),
    ),
  );
/** The test talks with the program by files in its folder: the server need not live for it. */
const waiting = `
def mark(name): open(work + name, 'w').close()
def wait(name):
    while not os.path.exists(work + name): time.sleep(0.02)`;

async function mlFolder(): Promise<string> {
  const runs = join(platform.dataDir, 'runs', 'training');
  const [run] = await readdir(runs);
  return join(runs, run ?? '', 'algo-1', 'ml');
}
const marked = (name: string) =>
  until(`the mark ${name}`, async () =>
    (await readdir(await mlFolder()).catch((): string[] => [])).includes(name) ? true : undefined,
  );
const when = (name: string, status: string) =>
  until(`${name} ${status}`, async () => {
    const job = await bench.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
    return job.SecondaryStatus === status || job.TrainingEndTime ? job : undefined;
  });

async function seenBy(name: string): Promise<unknown> {
  const { seen } = await unpacked(await bench.read(`model/${name}/output/output.tar.gz`));
  return JSON.parse(seen ?? 'null');
}

/** The job's end, its states, and that its program began once. */
async function endsAs(name: string, status: string, states: string[]): Promise<void> {
  const job = await bench.jobEnd(name);
  assert.equal(job.TrainingJobStatus, status, job.FailureReason);
  assert.deepEqual(
    job.SecondaryStatusTransitions?.map(({ Status }) => Status),
    states,
  );
  const input = {
    logGroupName: '/aws/sagemaker/TrainingJobs',
    logStreamNamePrefix: `${name}/algo-1-`,
    filterPattern: 'began',
  };
  const { events } = await platform.client(CloudWatchLogsClient).send(new FilterLogEventsCommand(input));
  assert.equal(beginnings((events ?? []).map(({ message = '' }) => message)), 1);
}
const whole = ['Starting', 'Downloading', 'Training', 'Uploading', 'Completed'];

describe('survives kill -9', () => {
  test('as soon as the job is acknowledged, and while it waits for its place', async () => {
    await create('starting', readEveryKind, { InputDataConfig: everyKind });
    await create('second', readEveryKind, { InputDataConfig: everyKind });
    await platform.kill9();
    await platform.restart();
    for (const name of ['starting', 'second']) {
      await endsAs(name, 'Completed', name === 'second' ? ['Starting', 'Pending', ...whole.slice(1)] : whole);
      assert.deepEqual(await seenBy(name), everyKindSeen);
    }
  });

  test('while it downloads: files are whole, pipes give everything', async () => {
    const large = Array.from({ length: 15 }, (_, i) => channel(`large${i}`, 'large/', i % 2 ? 'File' : 'Pipe'));
    const script = `${readEveryKind.replace("tell('seen', seen)", '')}
sizes = [os.path.getsize(data + 'large%d/object' % i) if i % 2 else len(open(data + 'large%d_0' % i).read()) for i in range(15)]
tell('seen', [seen, sizes])`;
    await create('downloading', script, { InputDataConfig: [...everyKind, ...large] });
    await when('downloading', 'Downloading');
    await platform.kill9();
    await platform.restart();
    await endsAs('downloading', 'Completed', whole);
    assert.deepEqual(await seenBy('downloading'), [everyKindSeen, Array.from({ length: 15 }, () => 32 * 2 ** 20)]);
  });

  test('while it trains: a half-read stream continues without the server, and so does the next epoch', async () => {
    const script = `
pipe = open('/opt/ml/input/data/train_0', 'rb')
total = len(pipe.read(1000000)); mark('half'); wait('go')
total += len(pipe.read())
tell('seen', [total] + [len(open('/opt/ml/input/data/train_%d' % e, 'rb').read()) for e in (1, 2)])
mark('done')`;
    await create('training', script, { InputDataConfig: [channel('train', 'stream/', 'Pipe')] });
    await marked('half');
    await platform.kill9();
    await writeFile(join(await mlFolder(), 'go'), '');
    await marked('done');
    await platform.restart();
    await endsAs('training', 'Completed', whole);
    assert.deepEqual(await seenBy('training'), [streamBytes, streamBytes, streamBytes]);
  });

  test('while it trains, twice, with checkpoints: each is uploaded', async () => {
    const script = `
open('/opt/ml/checkpoints/one', 'w').write('1'); mark('one'); wait('go-1')
open('/opt/ml/checkpoints/two', 'w').write('2'); mark('two'); wait('go-2')`;
    await create('checkpoints', script, { CheckpointConfig: { S3Uri: `s3://${bucket}/ckpt` } });
    for (const [i, name] of ['one', 'two'].entries()) {
      await marked(name);
      await platform.kill9();
      await platform.restart();
      await until(`checkpoint ${name}`, () => bench.read(`ckpt/${name}`).catch(() => undefined));
      await writeFile(join(await mlFolder(), `go-${i + 1}`), '');
    }
    await endsAs('checkpoints', 'Completed', whole);
  });

  test('while it uploads: the artifact is whole', async () => {
    const script = `open('/opt/ml/model/m', 'wb').write(os.urandom(${64 * 2 ** 20})); tell('seen', 1)`;
    await create('uploading', script);
    await when('uploading', 'Uploading');
    await platform.kill9();
    await platform.restart();
    await endsAs('uploading', 'Completed', whole);
    assert.ok((await bench.read('model/uploading/output/model.tar.gz')).length > 64 * 2 ** 20);
  });

  test('while it stops: it has the time that it needs', async () => {
    const script = `
def last(*_):
    mark('asked'); wait('go'); open('/opt/ml/model/m', 'w').write('saved'); sys.exit(0)
signal.signal(signal.SIGTERM, last)
mark('ready')
while True: time.sleep(1)`;
    await create('stopping', script);
    await marked('ready');
    await bench.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: 'stopping' }));
    await marked('asked');
    await platform.kill9();
    await platform.restart();
    await writeFile(join(await mlFolder(), 'go'), '');
    await endsAs('stopping', 'Stopped', ['Starting', 'Downloading', 'Training', 'Stopping', 'Uploading', 'Stopped']);
    assert.deepEqual(await unpacked(await bench.read('model/stopping/output/model.tar.gz')), { m: 'saved' });
  });

  test('and leaves no process and no folder behind', async () => {
    await until('the end of all runs', async () =>
      (await readdir(join(platform.dataDir, 'runs', 'training'))).length === 0 ? true : undefined,
    );
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      assert.ok(
        !line.includes(join(platform.dataDir, 'runs')),
        `process ${pid} was left: ${line.replaceAll('\0', ' ')}`,
      );
    }
  });
});
