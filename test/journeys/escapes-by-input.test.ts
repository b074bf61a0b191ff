/** What a job is given may be made by somebody who means harm: archives and keys that lead elsewhere are refused, the job's owner is told, nothing is written. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { access, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { CreateTrainingJobCommand, type CreateTrainingJobCommandInput } from '@aws-sdk/client-sagemaker';
import { pack } from 'tar-stream';
import { until } from '../../examples/workflow/stage.ts';
import { startPlatform, type TestPlatform } from '../harness/platform.ts';
import { runProcessing, s3Input } from '../harness/processed.ts';
import { scripted, tell } from '../harness/scripted-job.ts';
import { scikitLearnImage } from '../harness/scripts.ts';
import { bucket, openWorkbench, type Workbench } from '../harness/workbench.ts';

let platform: TestPlatform;
let bench: Workbench;
/** Where the archives want to write. */
let outside: string;

before(async () => {
  platform = await startPlatform({ flags: ['--sandbox', 'required'] });
  bench = await openWorkbench(platform);
  outside = await mkdtemp(join(tmpdir(), 'clary-outside-'));
});
after(async () => {
  await platform[Symbol.asyncDispose]();
  await rm(outside, { recursive: true });
});

type Entry = readonly [header: Parameters<ReturnType<typeof pack>['entry']>[0], body?: string];
const program: Entry = [{ name: 'train.py' }, 'print("ran")\n'];

async function tarOf(entries: readonly Entry[]): Promise<Buffer> {
  const archive = pack();
  for (const [header, body = ''] of entries) archive.entry(header, body);
  archive.finalize();
  return buffer(archive);
}

/** Why the job failed whose source archive this is. */
async function refusal(name: string, archive: Uint8Array, changes: Partial<CreateTrainingJobCommandInput> = {}) {
  const key = `${name}/source/sourcedir.tar.gz`;
  await bench.put(key, archive);
  const job = await bench.train(name, {
    AlgorithmSpecification: { TrainingImage: scikitLearnImage, TrainingInputMode: 'File' },
    HyperParameters: { sagemaker_program: 'train.py', sagemaker_submit_directory: `s3://${bucket}/${key}` },
    InputDataConfig: undefined,
    ...changes,
  });
  assert.equal(job.TrainingJobStatus, 'Failed');
  return job.FailureReason ?? '';
}

const channel = (ChannelName: string, prefix: string, changes: object = {}) => ({
  ChannelName,
  DataSource: { S3DataSource: { S3DataType: 'S3Prefix' as const, S3Uri: `s3://${bucket}/${prefix}` } },
  ...changes,
});

/** The source archive comes by a channel. */
const sourceByChannel = (name: string) => ({
  HyperParameters: {
    sagemaker_program: 'train.py',
    sagemaker_submit_directory: '/opt/ml/input/data/code/sourcedir.tar.gz',
  },
  InputDataConfig: [channel('code', `${name}/source/`)],
});

/** A job's folder goes after its end is known. */
const nothingLeft = () =>
  until('the end of all folders', async () => {
    const folders = ['training', 'processing'].map((kind) => readdir(join(platform.dataDir, 'runs', kind)));
    const names = await Promise.all(folders.map((folder) => folder.catch(() => [])));
    return names.flat().length === 0 ? true : undefined;
  });

/** Neither where the archive wanted to write, nor anywhere in the platform's folder, nor left of the job. */
async function nothingWritten(): Promise<void> {
  assert.deepEqual(await readdir(outside), []);
  await nothingLeft();
  const names = await readdir(platform.dataDir, { recursive: true });
  assert.deepEqual(
    names.filter((name) => name.includes('escaped')),
    [],
  );
}

describe('a source archive is refused', () => {
  const cases: [what: string, entries: () => Entry[], why: RegExp][] = [
    [
      'with an absolute path',
      () => [[{ name: join(outside, 'escaped') }, 'x']],
      /: entry "\/.*\/escaped" has an absolute or foreign path$/,
    ],
    [
      'with .. in a path',
      () => [[{ name: '../../../escaped' }, 'x']],
      /: entry "\.\.\/\.\.\/\.\.\/escaped" leads out of the archive$/,
    ],
    [
      'with a link to a file outside',
      () => [[{ name: 'key', type: 'symlink', linkname: join(platform.dataDir, 'credentials.json') }]],
      /: entry "key" is a link that leads, or may lead, out/,
    ],
    [
      'with a file by way of a link',
      () => [[{ name: 'd', type: 'symlink', linkname: outside }], [{ name: 'd/escaped' }, 'x']],
      /: entry "d" is a link that leads, or may lead, out/,
    ],
    [
      'with a file by way of a link that stays inside',
      () => [[{ name: 'd', type: 'symlink', linkname: 'e' }], [{ name: 'd/escaped' }, 'x']],
      /: entry "d" has the path of another entry$/,
    ],
    [
      'with a hard link to a file outside',
      () => [[{ name: 'key', type: 'link', linkname: join(platform.dataDir, 'credentials.json') }]],
      /: entry ".*credentials\.json" has an absolute or foreign path$/,
    ],
    [
      'with a hard link by ..',
      () => [[{ name: 'key', type: 'link', linkname: '../../../../credentials.json' }]],
      /leads out of the archive$/,
    ],
    [
      'with a newline in a name',
      () => [[{ name: 'escaped\n/etc/passwd' }, 'x']],
      /: entry "escaped\\n\/etc\/passwd" has a newline or another control character in its name$/,
    ],
    [
      'with a device',
      () => [[{ name: 'disk', type: 'block-device', devmajor: 8, devminor: 0 }]],
      /: entry "disk" is a block-device; only files, folders and links are unpacked$/,
    ],
  ];
  for (const [i, [what, entries, why]] of cases.entries()) {
    test(what, async () => {
      const name = `archive-${i}`;
      const reason = await refusal(name, gzipSync(await tarOf([program, ...entries()])));
      assert.ok(
        reason.startsWith(
          `ClientError: the script's source s3://${bucket}/${name}/source/sourcedir.tar.gz could not be used: `,
        ),
        reason,
      );
      assert.match(reason, why);
      await nothingWritten();
    });
  }

  test('where a channel brings it, too', async () => {
    const archive = gzipSync(await tarOf([program, [{ name: '../escaped' }, 'x']]));
    const reason = await refusal('by-channel', archive, sourceByChannel('by-channel'));
    assert.match(reason, /input\/data\/code\/sourcedir\.tar\.gz could not be used: entry "\.\.\/escaped" leads out/);
    await nothingWritten();
  });
});

describe('a decompression bomb is refused', () => {
  const mebibyte = 2 ** 20;
  const member = gzipSync(Buffer.alloc(64 * mebibyte), { level: 9 });
  /** gzip is a sequence of members: a few kilobytes, repeated, are gigabytes of nothing. */
  const zeros = (mebibytes: number) => Buffer.concat(Array.from({ length: mebibytes / 64 }, () => member));

  /** An archive of files of nothing, each of so many MiB. */
  async function bombOf(...files: readonly [name: string, mebibytes: number][]): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (const [name, mebibytes] of files) {
      const archive = pack();
      archive.entry({ name, size: mebibytes * mebibyte });
      const [header] = (await once(archive, 'data')) as [Buffer];
      parts.push(gzipSync(header), zeros(mebibytes));
    }
    const bomb = Buffer.concat([...parts, gzipSync(Buffer.alloc(1024))]);
    assert.ok(bomb.length < 8 * mebibyte);
    return bomb;
  }
  const volume = (VolumeSizeInGB: number) => ({
    ResourceConfig: { InstanceType: 'ml.m5.large' as const, InstanceCount: 1, VolumeSizeInGB },
  });

  test('that is one enormous file, before any of it is written: at the volume’s size, at 2 GiB at the most', async () => {
    const bomb = await bombOf(['escaped', 4096]);
    for (const [gibibytes, limit] of [
      [1, 2 ** 30],
      [30, 2 ** 31],
    ] as const) {
      const reason = await refusal(`bomb-${gibibytes}`, bomb, volume(gibibytes));
      assert.match(reason, new RegExp(`could not be used: the archive unpacks to more than ${limit} bytes$`));
      await nothingWritten();
    }
  });

  test('that is too much in several files: what was written is removed', async () => {
    const reason = await refusal('files', await bombOf(['escaped-1', 128], ['escaped-2', 960]), volume(1));
    assert.match(reason, /could not be used: the archive unpacks to more than 1073741824 bytes$/);
    await nothingWritten();
  });

  test('that a channel brings as source', async () => {
    const archive = await bombOf(['escaped-1', 128], ['escaped-2', 960]);
    const reason = await refusal('bomb-by-channel', archive, {
      ...volume(1),
      ...sourceByChannel('bomb-by-channel'),
    });
    assert.match(reason, /sourcedir\.tar\.gz could not be used: the archive unpacks to more than 1073741824 bytes$/);
    await nothingWritten();
  });

  test('that is a compressed channel: it is a stream, and a program that stores it fills the job’s own volume', async () => {
    await bench.put('zipped/zeros.gz', zeros(1088));
    const script = `
import shutil, time
with open('/opt/ml/input/data/zipped_0', 'rb') as stream, open('/tmp/escaped', 'wb') as f: shutil.copyfileobj(stream, f, 2**20)
time.sleep(1000)`;
    const job = await bench.train('zipped', {
      ...scripted(script),
      InputDataConfig: [channel('zipped', 'zipped/', { InputMode: 'Pipe', CompressionType: 'Gzip' })],
    });
    assert.equal(job.TrainingJobStatus, 'Failed');
    assert.match(
      job.FailureReason ?? '',
      /^ClientError: No space left on the volume of algo-1: the job wrote more than 1 GiB/,
    );
    await nothingWritten();
  });

  test('that is the input of an evaluation', async () => {
    await bench.put('evaluated/model.tar.gz', await bombOf(['escaped-1', 128], ['escaped-2', 960]));
    const job = await runProcessing(bench, 'evaluated', '', {
      inputs: [s3Input('model', 'evaluated/model.tar.gz', { LocalPath: '/opt/ml/processing/model' })],
      changes: {
        AppSpecification: { ImageUri: 'clary/evaluate:1' },
        Environment: { EVALUATE_PROBLEM_TYPE: 'regression' },
      },
    });
    assert.equal(job.ProcessingJobStatus, 'Failed');
    assert.equal(
      job.FailureReason,
      'ClientError: model.tar.gz could not be opened: the archive unpacks to more than 1073741824 bytes',
    );
    await nothingWritten();
  });
});

describe('a name', () => {
  const list = `${tell}\ntell('seen', [[d, sorted(f)] for d, _, f in os.walk('/opt/ml/input/data') if f])`;

  test('of an object that leads out of its channel fails the job, in each mode that makes files', async () => {
    await bench.put('up/../../../escaped', 'x');
    for (const InputMode of ['File', 'FastFile'] as const) {
      const job = await bench.train(`up-${InputMode}`, {
        ...scripted(list),
        InputDataConfig: [channel('up', 'up/', { InputMode })],
      });
      assert.equal(job.TrainingJobStatus, 'Failed');
      assert.equal(
        job.FailureReason,
        `ClientError: Data download failed: the key "../../../escaped" below s3://${bucket}/up/ cannot be a file name; rename the object`,
      );
      await nothingLeft();
      await assert.rejects(access(join(platform.dataDir, 'runs', 'escaped')), { code: 'ENOENT' });
    }
  });

  test('of an object with a newline or another control character fails the job, in each mode', async () => {
    await bench.put('lines/one\n/etc/passwd\ntwo', 'x');
    await bench.put('screens/\u001b[2J\u0085x', 'x');
    for (const InputMode of ['File', 'FastFile', 'Pipe'] as const) {
      for (const [prefix, shown] of [
        ['lines', '"one\\n/etc/passwd\\ntwo"'],
        ['screens', '"\\u001b[2J\\u0085x"'],
      ] as const) {
        const InputDataConfig = [channel('odd', `${prefix}/`, { InputMode })];
        const job = await bench.train(`${prefix}-${InputMode}`, { ...scripted(list), InputDataConfig });
        assert.deepEqual(
          [job.TrainingJobStatus, job.FailureReason],
          [
            'Failed',
            `ClientError: Data download failed: the key ${shown} below s3://${bucket}/${prefix}/ cannot be a file name; rename the object`,
          ],
        );
      }
    }
    await nothingLeft();
  });

  test('of an object with a newline fails a processing job, and a manifest that names one does', async () => {
    await bench.put('lines/list.manifest', JSON.stringify([{ prefix: `s3://${bucket}/lines/` }, 'one\ntwo']));
    const inputs = [
      [s3Input('odd', 'lines/'), `"one\\n/etc/passwd\\ntwo" below s3://${bucket}/lines/`],
      [
        s3Input('odd', 'lines/list.manifest', { S3DataType: 'ManifestFile' }),
        `"one\\ntwo" below s3://${bucket}/lines/list.manifest`,
      ],
    ] as const;
    for (const [i, [input, where]] of inputs.entries()) {
      const job = await runProcessing(bench, `odd-${i}`, 'print("ran")', { inputs: [input] });
      assert.deepEqual(
        [job.ProcessingJobStatus, job.FailureReason],
        ['Failed', `ClientError: Data download failed: the key ${where} cannot be a file name; rename the object`],
      );
    }
    await nothingLeft();
  });

  test('of a file in a model’s archive with a newline fails its endpoint', async () => {
    await bench.put('odd/model.tar.gz', gzipSync(await tarOf([[{ name: 'xgboost-model\nescaped' }, 'x']])));
    await bench.createModel('odd', `s3://${bucket}/odd/model.tar.gz`);
    await bench.createConfig('odd', 'odd');
    const endpoint = await bench.deploy('odd', 'odd');
    assert.equal(endpoint.EndpointStatus, 'Failed');
    assert.match(
      endpoint.FailureReason ?? '',
      /entry "xgboost-model\\nescaped" has a newline or another control character/,
    );
    await bench.withdraw();
  });

  test('of a job, a channel, a variable or a hyperparameter with a newline is refused at once', async () => {
    const given = scripted(list);
    const requests: [where: RegExp, changes: Partial<CreateTrainingJobCommandInput>][] = [
      [/trainingJobName/, { TrainingJobName: 'name\nother' }],
      [/trainingJobName/, { TrainingJobName: 'name\n' }],
      [/channelName/, { InputDataConfig: [channel('../up', 'up/')] }],
      [/channelName/, { InputDataConfig: [channel('train\n', 'train/')] }],
      [/hyperParameters/, { HyperParameters: { sagemaker_program: 'train.py\n/usr/bin/true' } }],
      [/environment/, { Environment: { 'A\nLD_PRELOAD': 'x' } }],
    ];
    for (const [where, changes] of requests) {
      const input = { ...bench.trainingJob('newline', given), ...changes };
      await assert.rejects(bench.sagemaker.send(new CreateTrainingJobCommand(input)), {
        name: 'ValidationException',
        message: where,
      });
    }
  });

  test('of a program that leads out of its archive fails the job', async () => {
    const archive = gzipSync(await tarOf([program]));
    for (const [i, name] of ['../../../../etc/hostname', '/usr/bin/true'].entries()) {
      const key = `program-${i}/source/sourcedir.tar.gz`;
      const reason = await refusal(`program-${i}`, archive, {
        HyperParameters: { sagemaker_program: name, sagemaker_submit_directory: `s3://${bucket}/${key}` },
      });
      assert.equal(
        reason,
        `ClientError: the program ${name} (sagemaker_program) is not in s3://${bucket}/${key}; there is: train.py`,
      );
    }
  });
});
