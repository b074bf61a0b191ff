/** What a program finds in its channels, of each kind, on each instance. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Channel, CreateTrainingJobCommand, type CreateTrainingJobCommandInput } from '@aws-sdk/client-sagemaker';
import { startPlatform, type TestPlatform } from '../../../../../../test/harness/platform.ts';
import { scripted, tell, unpacked } from '../../../../../../test/harness/scripted-job.ts';
import { bucket, openWorkbench, type Workbench } from '../../../../../../test/harness/workbench.ts';

let platform: TestPlatform;
let bench: Workbench;

before(async () => {
  platform = await startPlatform({ flags: ['--sandbox', 'required'] });
  bench = await openWorkbench(platform);
  for (const name of ['a', 'b', 'c/d', 'e']) await bench.put(`files/${name}`, `${name}\n`);
  for (const name of ['one', 'two']) await bench.put(`zipped/${name}`, gzipSync(`${name}\n`));
  await bench.put('lists/some', JSON.stringify([{ prefix: `s3://${bucket}/files/` }, 'c/d', 'a']));
  const lines = [1, 2, 3].map((n) => ({
    'source-ref': `s3://${bucket}/files/${n === 2 ? 'b' : 'a'}`,
    label: n,
    x: { y: n },
  }));
  await bench.put('lists/augmented', `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
});
after(() => platform[Symbol.asyncDispose]());

type S3Source = NonNullable<NonNullable<Channel['DataSource']>['S3DataSource']>;
const channel = (
  name: string,
  key: string,
  source: Partial<S3Source> = {},
  changes: Partial<Channel> = {},
): Channel => ({
  ChannelName: name,
  DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${bucket}/${key}`, ...source } },
  ...changes,
});

const readAll = `${tell}
def files(folder):
    found = {}
    for at, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(at, name)
            found[os.path.relpath(path, folder)] = open(path).read()
    return found
host = json.load(open('/opt/ml/input/config/resourceconfig.json'))['current_host']
`;

async function run(name: string, script: string, changes: Partial<CreateTrainingJobCommandInput> = {}) {
  const job = await bench.train(name, { ...scripted(script), ...changes });
  assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
  const left = await unpacked(await bench.read(`model/${name}/output/output.tar.gz`));
  return Object.fromEntries(Object.entries(left).map(([file, text]) => [file, JSON.parse(text)]));
}

const two = { InstanceType: 'ml.m5.large', InstanceCount: 2, VolumeSizeInGB: 1 } as const;
const pipe = (epochs: number) => `${readAll}
tell(host, [open(f'/opt/ml/input/data/train_{epoch}', 'rb').read().decode('latin-1') for epoch in range(${epochs})])`;

describe('a channel of files has', () => {
  it('the store’s own bytes, uncopied, and the program’s changes stay its own', async () => {
    const bytes = Buffer.alloc(1 << 20, 'whole ');
    await bench.put('large/data.bin', bytes);
    const script = `${readAll}
import hashlib
path = '/opt/ml/input/data/train/data.bin'
links = os.stat(path).st_nlink
before = hashlib.sha256(open(path, 'rb').read()).hexdigest()
os.chmod(path, 0o666); open(path, 'r+b').write(b'changed'); open('/opt/ml/input/data/train/new', 'w').write('new')
os.remove('/opt/ml/input/data/other/data.bin')
tell('seen', [links, before, open(path, 'rb').read(7).decode(), sorted(os.listdir('/opt/ml/input/data/train')), os.listdir('/opt/ml/input/data/other')])`;
    const { seen } = await run('linked', script, {
      InputDataConfig: [channel('train', 'large/'), channel('other', 'large/')],
    });
    const digest = createHash('sha256').update(bytes).digest('hex');
    // The store's name and one for each channel.
    assert.deepEqual(seen, [3, digest, 'changed', ['data.bin', 'new'], []]);
    assert.ok(bytes.equals(await bench.read('large/data.bin')));
  });

  it('all objects below a prefix, by the rest of their keys, and the configuration that AWS documents', async () => {
    const script = `${readAll}
config = '/opt/ml/input/config/'
tell('seen', {'files': files('/opt/ml/input/data'), 'config': {n: json.load(open(config + n)) for n in sorted(os.listdir(config))}})`;
    const { seen } = await run('prefix', script, {
      HyperParameters: { depth: '3' },
      InputDataConfig: [
        channel('train', 'files/', {}, { ContentType: 'text/plain' }),
        channel('fast', 'files/c', {}, { InputMode: 'FastFile' }),
      ],
    });
    assert.deepEqual(seen.files, {
      'train/a': 'a\n',
      'train/b': 'b\n',
      'train/c/d': 'c/d\n',
      'train/e': 'e\n',
      'fast/d': 'c/d\n',
    });
    const common = { TrainingInputMode: 'File', S3DistributionType: 'FullyReplicated', RecordWrapperType: 'None' };
    assert.deepEqual(seen.config, {
      'hyperparameters.json': { depth: '3' },
      'inputdataconfig.json': { train: { ...common, ContentType: 'text/plain' }, fast: common },
      'resourceconfig.json': {
        current_host: 'algo-1',
        current_instance_type: 'ml.m5.large',
        hosts: ['algo-1'],
        network_interface_name: 'lo',
      },
    });
  });

  it('what a manifest names', async () => {
    const source = { S3DataType: 'ManifestFile' as const };
    const { seen } = await run('manifest', `${readAll}\ntell('seen', files('/opt/ml/input/data/train'))`, {
      InputDataConfig: [channel('train', 'lists/some', source)],
    });
    assert.deepEqual(seen, { a: 'a\n', 'c/d': 'c/d\n' });
  });

  it('on each of two instances everything, or its share', async () => {
    const left = await run('shares', `${readAll}\ntell(host, files('/opt/ml/input/data'))`, {
      InputDataConfig: [
        channel('whole', 'files/c'),
        channel('share', 'files/', { S3DataDistributionType: 'ShardedByS3Key' }),
      ],
      ResourceConfig: two,
    });
    assert.deepEqual(left, {
      'algo-1': { 'whole/d': 'c/d\n', 'share/a': 'a\n', 'share/c/d': 'c/d\n' },
      'algo-2': { 'whole/d': 'c/d\n', 'share/b': 'b\n', 'share/e': 'e\n' },
    });
  });

  it('only the instances of its groups', async () => {
    const group = (name: string, count: number) => ({
      InstanceGroupName: name,
      InstanceType: 'ml.m5.large' as const,
      InstanceCount: count,
    });
    const script = `${readAll}
tell(host, {'files': sorted(files('/opt/ml/input/data')), 'config': json.load(open('/opt/ml/input/config/resourceconfig.json'))})`;
    const left = await run('groups', script, {
      InputDataConfig: [
        channel('all', 'files/a'),
        channel('few', 'files/', { InstanceGroupNames: ['many'], S3DataDistributionType: 'ShardedByS3Key' }),
      ],
      ResourceConfig: { InstanceGroups: [group('one', 1), group('many', 2)], VolumeSizeInGB: 1 },
    });
    assert.deepEqual(
      Object.values(left).map(({ files }) => files),
      [['all/a'], ['all/a', 'few/a', 'few/c/d'], ['all/a', 'few/b', 'few/e']],
    );
    const { current_group_name: own, instance_groups: groups } = left['algo-3'].config;
    assert.equal(own, 'many');
    assert.deepEqual(groups, [
      { instance_group_name: 'one', instance_type: 'ml.m5.large', hosts: ['algo-1'] },
      { instance_group_name: 'many', instance_type: 'ml.m5.large', hosts: ['algo-2', 'algo-3'] },
    ]);
  });
});

describe('a channel of pipes gives', () => {
  const all = 'a\nb\nc/d\ne\n';

  it('in each epoch everything, one object after the other', async () => {
    const mode = { TrainingInputMode: 'Pipe' as const };
    const script = pipe(3);
    const left = await run('pipe', script, {
      ...scripted(script, mode),
      InputDataConfig: [channel('train', 'files/')],
    });
    assert.deepEqual(left['algo-1'], [all, all, all]);
  });

  it('unpacked and wrapped what is compressed', async () => {
    const left = await run('zipped', pipe(1), {
      InputDataConfig: [
        channel('train', 'zipped/', {}, { InputMode: 'Pipe', CompressionType: 'Gzip', RecordWrapperType: 'RecordIO' }),
      ],
    });
    assert.equal(
      Buffer.from(left['algo-1'][0], 'latin1').toString('hex'),
      ['6f6e650a', '74776f0a'].map((hex) => `0a23d7ce04000000${hex}`).join(''),
    );
  });

  it('another order in each epoch where it is shuffled, and each record to one of two instances', async () => {
    const left = await run('shuffled', pipe(4), {
      InputDataConfig: [
        channel(
          'train',
          'files/',
          { S3DataDistributionType: 'ShardedByS3Key' },
          { InputMode: 'Pipe', ShuffleConfig: { Seed: 3 } },
        ),
      ],
      ResourceConfig: two,
    });
    const epochs = [0, 1, 2, 3].map((epoch) => [left['algo-1'][epoch], left['algo-2'][epoch]]);
    for (const shares of epochs) assert.deepEqual(shares.join('').trim().split('\n').sort(), all.trim().split('\n'));
    assert.ok(new Set(epochs.map(String)).size > 1, String(epochs));
  });

  it('of an augmented manifest the requested attributes, in their order', async () => {
    const source = { S3DataType: 'AugmentedManifestFile' as const, AttributeNames: ['label', 'source-ref', 'x'] };
    const left = await run('augmented', pipe(1), {
      InputDataConfig: [channel('train', 'lists/augmented', source, { InputMode: 'Pipe' })],
    });
    assert.deepEqual(left['algo-1'], ['1a\n{"y":1}2b\n{"y":2}3a\n{"y":3}']);
  });

  it('nothing to a job that never reads, which still ends', async () => {
    const left = await run('idle', `${readAll}\ntell('seen', sorted(os.listdir('/opt/ml/input/data')))`, {
      InputDataConfig: [channel('train', 'files/', {}, { InputMode: 'Pipe' })],
    });
    assert.deepEqual(left.seen, ['train_0']);
  });
});

describe('a job ends Failed', () => {
  const fails = async (
    name: string,
    given: Channel,
    reason: string | RegExp,
    script = `import time; time.sleep(1000)`,
  ) => {
    const job = await bench.train(name, { ...scripted(script), InputDataConfig: [given] });
    assert.equal(job.TrainingJobStatus, 'Failed');
    if (typeof reason === 'string') assert.equal(job.FailureReason, reason);
    else assert.match(job.FailureReason ?? '', reason);
  };
  const manifest = { S3DataType: 'ManifestFile' as const };

  it('for keys that lead out of the folder', async () => {
    await bench.put('lists/out', JSON.stringify([{ prefix: `s3://${bucket}/files/` }, '../../../etc/x']));
    await fails(
      'out',
      channel('train', 'lists/out', manifest),
      `ClientError: Data download failed: the key "../../../etc/x" below s3://${bucket}/lists/out cannot be a file name; rename the object`,
    );
  });

  it('for manifests that are none', async () => {
    for (const [name, text, why] of [
      ['words', 'hello', /is not a manifest \(Unexpected token/],
      ['object', '{}', /is not a manifest \(it is not a list\)/],
      ['headless', '["a"]', /is not a manifest \(its first entry names no prefix in S3\)/],
      ['numbers', `[{"prefix":"s3://${bucket}/"}, 5]`, /is not a manifest \(entry 1 is not a key\)/],
    ] as const) {
      await bench.put(`lists/${name}`, text);
      await fails(`manifest-${name}`, channel('train', `lists/${name}`, manifest), why);
    }
  });

  it('for a manifest that names what is not there', () =>
    bench
      .put('lists/gone', JSON.stringify([{ prefix: `s3://${bucket}/files/` }, 'gone']))
      .then(() =>
        fails('gone', channel('train', 'lists/gone', manifest), /^ClientError: Data download failed: .*NoSuchKey/),
      ));

  it('for a line of an augmented manifest without an attribute', async () => {
    const source = { S3DataType: 'AugmentedManifestFile' as const, AttributeNames: ['label', 'colour'] };
    await fails(
      'attribute',
      channel('train', 'lists/augmented', source, { InputMode: 'Pipe' }),
      `ClientError: Data download failed: line 1 of s3://${bucket}/lists/augmented has no attribute "colour", which AttributeNames names`,
    );
  });

  it('for data that cannot be unpacked, whatever the program does', () =>
    fails(
      'not-zipped',
      channel('train', 'files/', {}, { InputMode: 'Pipe', CompressionType: 'Gzip' }),
      /^ClientError: Data of channel train could not be decompressed/,
      pipe(1),
    ));
});

describe('a request is refused for', () => {
  const refused = (given: Channel, message: string, changes = {}) =>
    assert.rejects(
      bench.sagemaker.send(
        new CreateTrainingJobCommand(
          bench.trainingJob('refused', { ...scripted('pass'), InputDataConfig: [given], ...changes }),
        ),
      ),
      { name: 'ValidationException', message },
    );

  for (const [what, given, message] of [
    ['compression of files', channel('train', 'files/', {}, { CompressionType: 'Gzip' }), 'Invalid compression type for channel train: File mode only supports NONE, got Gzip instead'],
    ['records of files', channel('train', 'files/', {}, { RecordWrapperType: 'RecordIO', InputMode: 'FastFile' }), 'Invalid record wrapper type for channel train: FastFile mode only supports NONE, got RecordIO instead'],
    ['an augmented manifest of files', channel('train', 'x', { S3DataType: 'AugmentedManifestFile', AttributeNames: ['a'] }), 'channel train: S3DataType AugmentedManifestFile is only supported with input mode Pipe, not File.'],
    ['an augmented manifest without attributes', channel('train', 'x', { S3DataType: 'AugmentedManifestFile' }, { InputMode: 'Pipe' }), 'channel train: S3DataType AugmentedManifestFile needs AttributeNames.'],
    ['attributes without a manifest', channel('train', 'x', { AttributeNames: ['a'] }), 'channel train: AttributeNames is only supported with S3DataType AugmentedManifestFile.'],
    ['a name that is a way out', channel('..', 'files/'), 'Channel names name folders; .. cannot be one.'],
    ['a manifest that is no object', channel('train', '', { S3DataType: 'ManifestFile' }), `channel train: S3DataType ManifestFile needs an S3Uri that names an object, not s3://${bucket}/.`],
    ['a group that is not there', channel('train', 'x', { InstanceGroupNames: ['g'] }), 'channel train: InstanceGroupNames names g, which is not a group of ResourceConfig.InstanceGroups.'],
    ['a file system', { ChannelName: 'train', DataSource: { FileSystemDataSource: { FileSystemId: 'fs-01234567890', FileSystemAccessMode: 'ro', FileSystemType: 'EFS', DirectoryPath: '/x' } } }, 'channel train: a data source other than S3DataSource is not supported by Clary yet.'],
  ] as [string, Channel, string][]) {
    it(what, () => refused(given, message));
  } // biome-ignore format: a table
});

describe('without a sandbox', () => {
  it('pipes are fed, too, in the job’s own folder', async () => {
    await using open = await startPlatform({ flags: ['--sandbox', 'off'] });
    const own = await openWorkbench(open);
    await own.put('files/a', 'a');
    const script = `
import os
os.chdir(os.path.dirname(os.environ['SM_MODEL_DIR']))
open('model/seen', 'w').write(open('input/data/train_0').read() + open('input/data/train_1').read())`;
    const given = channel('train', 'files/', {}, { InputMode: 'Pipe' });
    const job = await own.train('open', { ...scripted(script), InputDataConfig: [given] });
    assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
    assert.deepEqual(await unpacked(await own.read('model/open/output/model.tar.gz')), { seen: 'aa' });
  });
});
