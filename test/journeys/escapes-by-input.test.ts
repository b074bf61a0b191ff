/** What a job is given may be made by somebody who means harm: archives and keys that lead elsewhere are refused, the job's owner is told, nothing is written. */
import assert from 'node:assert/strict';
import { access, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { CreateTrainingJobCommand, type CreateTrainingJobCommandInput } from '@aws-sdk/client-sagemaker';
import { pack } from 'tar-stream';
import { until } from '../../examples/road/stage.ts';
import { startPlatform, type TestPlatform } from '../harness/platform.ts';
import { scripted, tell, unpacked } from '../harness/scripted-job.ts';
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

/** A job's folder goes after its end is known. */
const nothingLeft = () =>
  until('the end of all folders', async () =>
    (await readdir(join(platform.dataDir, 'runs', 'training'))).length === 0 ? true : undefined,
  );

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
      /: entry "d" has the place of another entry$/,
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
    const reason = await refusal('by-channel', gzipSync(await tarOf([program, [{ name: '../escaped' }, 'x']])), {
      HyperParameters: {
        sagemaker_program: 'train.py',
        sagemaker_submit_directory: '/opt/ml/input/data/code/sourcedir.tar.gz',
      },
      InputDataConfig: [
        {
          ChannelName: 'code',
          DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${bucket}/by-channel/source/` } },
        },
      ],
    });
    assert.match(reason, /input\/data\/code\/sourcedir\.tar\.gz could not be used: entry "\.\.\/escaped" leads out/);
    await nothingWritten();
  });
});

describe('a decompression bomb is refused', () => {
  /** gzip is a sequence of members: a few kilobytes, repeated, are gigabytes of nothing. */
  const zeros = (gibibytes: number) => {
    const member = gzipSync(Buffer.alloc(2 ** 26), { level: 9 });
    return Buffer.concat(Array.from({ length: gibibytes * 16 }, () => member));
  };

  test('that is one enormous file, before any of it is written', async () => {
    const header = Buffer.from((await tarOf([[{ name: 'enormous' }]])).subarray(0, 512));
    // Its size in octal, and the sum of the header's bytes with spaces in the sum's own place.
    header.write(`${(4 * 2 ** 30).toString(8).padStart(11, '0')}\0`, 124, 'latin1');
    header.fill(' ', 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    const bomb = Buffer.concat([gzipSync(header), zeros(4)]);
    assert.ok(bomb.length < 8 * 2 ** 20);
    assert.match(await refusal('bomb', bomb), /: the archive unpacks to more than 2147483648 bytes$/);
    await nothingWritten();
  });
});

describe('a name', () => {
  const channel = (ChannelName: string, prefix: string, changes: object = {}) => ({
    ChannelName,
    DataSource: { S3DataSource: { S3DataType: 'S3Prefix' as const, S3Uri: `s3://${bucket}/${prefix}` } },
    ...changes,
  });
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

  test('of an object with newlines is that one file and nothing more', async () => {
    await bench.put('lines/one\n/etc/passwd\ntwo', 'x');
    const job = await bench.train('lines', { ...scripted(list), InputDataConfig: [channel('lines', 'lines/')] });
    assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
    const { seen } = await unpacked(await bench.read('model/lines/output/output.tar.gz'));
    assert.deepEqual(JSON.parse(seen ?? ''), [['/opt/ml/input/data/lines/one\n/etc', ['passwd\ntwo']]]);
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
