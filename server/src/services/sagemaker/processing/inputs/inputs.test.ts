/** What a processing job finds where its inputs are to be. */
import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { ProcessingInput } from '@aws-sdk/client-sagemaker';
import { until } from '../../../../../../examples/workflow/stage.ts';
import { startPlatform, type TestPlatform } from '../../../../../../test/harness/platform.ts';
import {
  cluster,
  heldBySize,
  type Processed,
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
});
after(() => platform[Symbol.asyncDispose]());

/** Writes down which files there are in the folders, and what is in them, one document for each instance. */
const look = (...folders: string[]) => `
import json, os
host = json.load(open('/opt/ml/config/resourceconfig.json'))['current_host']
seen = {}
for top in ${JSON.stringify(folders)}:
    for folder, _, names in os.walk(top):
        for name in names:
            path = os.path.join(folder, name)
            seen[path] = open(path).read()
json.dump(seen, open('/opt/ml/processing/seen/' + host, 'w'))
`;

const seenOutput = (name: string) => s3Output('seen', `${name}/seen`);

async function seen(name: string, inputs: readonly ProcessingInput[], folders: string[], instances = 1) {
  const changes = { ProcessingResources: cluster(instances) };
  const job = await runProcessing(bench, name, look(...folders), { inputs, outputs: [seenOutput(name)], changes });
  assert.equal(job.ProcessingJobStatus, 'Completed', job.FailureReason);
  const hosts = await stored(bench, `${name}/seen/`);
  return Object.fromEntries(Object.entries(hosts).map(([host, text]) => [host, JSON.parse(text)]));
}

const at = '/opt/ml/processing/input';
/** Smaller objects are in the database. */
const largeBytes = 100_000;
const bytesOf = (name: string) => Buffer.alloc(largeBytes, name);

/** At the end of a program: it waits until a file tells it to continue. */
const waiting = `
import os, time
open('/opt/ml/reached', 'w').close()
while not os.path.exists('/opt/ml/go'): time.sleep(0.02)
`;

/** What is so while all instances of the only job that runs wait. */
async function whileWaiting<T>(name: string, script: string, job: Processed, look: () => Promise<T>): Promise<T> {
  await startProcessing(bench, name, script, job);
  const runs = join(platform.dataDir, 'runs', 'processing');
  const reached = (files: string[]) => files.filter((file) => file.endsWith('ml/reached'));
  const all = await until('all instances', async () => {
    const found = reached(await readdir(runs, { recursive: true }).catch(() => []));
    return found.length === (job.changes?.ProcessingResources?.ClusterConfig?.InstanceCount ?? 1) ? found : undefined;
  });
  const seen = await look();
  for (const file of all) await writeFile(join(runs, dirname(file), 'go'), '');
  const end = await processingEnd(bench, name);
  assert.equal(end.ProcessingJobStatus, 'Completed', end.FailureReason);
  return seen;
}

describe('an input is', () => {
  it('every object below a prefix, with or without a slash at its end, under its name below it', async () => {
    for (const key of ['a.csv', 'deep/er/b.csv', 'odd name ü "q".csv']) await bench.put(`folder/${key}`, key);
    const expected = (name: string) => ({
      [`${at}/${name}/a.csv`]: 'a.csv',
      [`${at}/${name}/deep/er/b.csv`]: 'deep/er/b.csv',
      [`${at}/${name}/odd name ü "q".csv`]: 'odd name ü "q".csv',
    });
    const inputs = [s3Input('slash', 'folder/'), s3Input('plain', 'folder')];
    const found = await seen('prefix', inputs, [`${at}/slash`, `${at}/plain`]);
    assert.deepEqual(found, { 'algo-1': { ...expected('slash'), ...expected('plain') } });
  });

  it('one object, by its key', async () => {
    await bench.put('one/config.json', '{}');
    const found = await seen('object', [s3Input('one', 'one/config.json')], [`${at}/one`]);
    assert.deepEqual(found, { 'algo-1': { [`${at}/one/config.json`]: '{}' } });
  });

  it('what a manifest names', async () => {
    for (const key of ['x', 'sub/y', 'z']) await bench.put(`listed/${key}`, key);
    await bench.put('list.manifest', JSON.stringify([{ prefix: `s3://${bucket}/listed/` }, 'x', 'sub/y']));
    const input = s3Input('listed', 'list.manifest', { S3DataType: 'ManifestFile' });
    const found = await seen('manifest', [input], [`${at}/listed`]);
    assert.deepEqual(found, { 'algo-1': { [`${at}/listed/x`]: 'x', [`${at}/listed/sub/y`]: 'sub/y' } });
  });

  it('whole on each instance, or a shard on each', async () => {
    for (const key of ['1', '2', '3']) await bench.put(`shards/${key}`, key);
    const inputs = [
      s3Input('whole', 'shards/', { S3DataDistributionType: 'FullyReplicated' }),
      s3Input('shard', 'shards/', { S3DataDistributionType: 'ShardedByS3Key' }),
    ];
    const found = await seen('sharded', inputs, [`${at}/whole`, `${at}/shard`], 2);
    const whole = { [`${at}/whole/1`]: '1', [`${at}/whole/2`]: '2', [`${at}/whole/3`]: '3' };
    assert.deepEqual(found, {
      'algo-1': { ...whole, [`${at}/shard/1`]: '1', [`${at}/shard/3`]: '3' },
      'algo-2': { ...whole, [`${at}/shard/2`]: '2' },
    });
  });

  it('beside another in one folder, in a folder of another, and in folders outside of /opt/ml', async () => {
    for (const key of ['m/m', 'n/n', 'o/o', 'p/p', 'q/q']) await bench.put(key, key);
    const place = (name: string, LocalPath: string) => s3Input(name, `${name}/`, { LocalPath });
    const inputs = [
      place('m', `${at}/same/`),
      place('n', `${at}/same`),
      place('o', `${at}/same/inner`),
      place('p', '/data'),
      place('q', '/data/more//'),
    ];
    const found = await seen('places', inputs, [`${at}/same`, '/data']);
    const expected = {
      [`${at}/same/m`]: 'm/m',
      [`${at}/same/n`]: 'n/n',
      [`${at}/same/inner/o`]: 'o/o',
      '/data/p': 'p/p',
      '/data/more/q': 'q/q',
    };
    assert.deepEqual(found, { 'algo-1': expected });
  });

  it('the program’s own affair where it is AppManaged', async () => {
    const input = { ...s3Input('own', 'nothing-there/', { LocalPath: undefined }), AppManaged: true };
    assert.deepEqual(await seen('managed', [input], [`${at}/own`]), { 'algo-1': {} });
  });

  it('the job’s to change, in every way: the objects in S3 stay as they are', async () => {
    const names = ['append', 'write', 'cut', 'mode', 'times', 'remove', 'over', 'link', 'map', 'deep/er'];
    const before = new Map<string, string | undefined>();
    for (const name of names) before.set(name, (await bench.put(`kept/${name}`, bytesOf(name))).ETag);
    const script = `
import mmap, os, shutil
os.chdir('${at}/kept')
open('append', 'a').write(' changed')
open('write', 'w').write('changed')
os.truncate('cut', 10)
os.chmod('mode', 0o777)
os.utime('times', (1, 1))
os.remove('remove')
open('new', 'w').write('new'); os.replace('new', 'over')
os.link('link', 'second'); open('second', 'a').write('changed')
file = open('map', 'r+b'); mmap.mmap(file.fileno(), 0)[0:7] = b'changed'
shutil.rmtree('deep'); os.mkdir('deep'); open('deep/er', 'w').write('changed')
open('own', 'w').write('own')
for name in ['write', 'over', 'deep/er', 'own']: print(name, open(name).read())
assert open('append').read().endswith(' changed') and not os.path.exists('remove')
`;
    const job = await runProcessing(bench, 'change', script, { inputs: [s3Input('kept', 'kept/')] });
    assert.equal(job.ProcessingJobStatus, 'Completed', job.FailureReason);
    for (const name of names) {
      const Key = `kept/${name}`;
      const { ETag, Body: body } = await bench.s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
      assert.equal(ETag, before.get(name), name);
      assert.ok(Buffer.from((await body?.transformToByteArray()) ?? []).equals(bytesOf(name)), name);
    }
  });

  it('no second copy of what the platform’s store holds, on any instance, whatever the program reads of it', async () => {
    const size = largeBytes + 1;
    for (const name of ['a', 'b']) await bench.put(`large/${name}`, Buffer.alloc(size, name));
    const inputs = [
      s3Input('large', 'large/'),
      s3Input('inner', 'large/a', { LocalPath: `${at}/large/inner` }),
      s3Input('out', 'large/b', { LocalPath: '/elsewhere' }),
    ];
    const script = `
for path in ['${at}/large/a', '${at}/large/b', '${at}/large/inner/a', '/elsewhere/b']: assert len(open(path).read()) == ${size}
${waiting}`;
    const held = await whileWaiting('linked', script, { inputs, changes: { ProcessingResources: cluster(2) } }, () =>
      heldBySize(bench, size),
    );
    // Four of each on the two instances are two files of the store.
    assert.deepEqual(held, { linked: 2, copied: 0 });
  });

  it('part of an output if it is in its folder, changed or not', async () => {
    await bench.put('part/kept', bytesOf('kept'));
    await bench.put('part/changed', bytesOf('changed'));
    const inputs = [s3Input('part', 'part/', { LocalPath: '/opt/ml/processing/both/in' })];
    const script = `open('/opt/ml/processing/both/in/changed', 'w').write('changed')`;
    const outputs = [s3Output('both', 'parts/both')];
    const job = await runProcessing(bench, 'parts', script, { inputs, outputs });
    assert.equal(job.ProcessingJobStatus, 'Completed', job.FailureReason);
    assert.deepEqual(await stored(bench, 'parts/both/'), {
      'in/kept': bytesOf('kept').toString(),
      'in/changed': 'changed',
    });
    assert.deepEqual(await stored(bench, 'part/'), {
      kept: bytesOf('kept').toString(),
      changed: bytesOf('changed').toString(),
    });
  });

  it('around an output, or in its very folder', async () => {
    for (const key of ['around/a', 'around/inner/b', 'same/c']) await bench.put(key, key);
    const inputs = [
      s3Input('around', 'around/', { LocalPath: '/opt/ml/processing/around' }),
      s3Input('same', 'same/', { LocalPath: '/opt/ml/processing/same' }),
    ];
    const outputs = [
      s3Output('inner', 'meets/inner', { LocalPath: '/opt/ml/processing/around/inner' }),
      s3Output('same', 'meets/same'),
    ];
    const script = `open('/opt/ml/processing/around/inner/d', 'w').write('d')\nopen('/opt/ml/processing/same/e', 'w').write('e')\nassert open('/opt/ml/processing/around/a').read() == 'around/a'`;
    const job = await runProcessing(bench, 'meets', script, { inputs, outputs });
    assert.equal(job.ProcessingJobStatus, 'Completed', job.FailureReason);
    assert.deepEqual(await stored(bench, 'meets/inner/'), { b: 'around/inner/b', d: 'd' });
    assert.deepEqual(await stored(bench, 'meets/same/'), { c: 'same/c', e: 'e' });
  });

  it('where the program says its last word', async () => {
    await bench.put('words/message', 'from the input');
    const inputs = [s3Input('words', 'words/', { LocalPath: '/opt/ml/output' })];
    const job = await runProcessing(bench, 'words', `open('/opt/ml/output/message', 'a').write(', and more')`, {
      inputs,
    });
    assert.equal(job.ExitMessage, 'from the input, and more', job.FailureReason);
    assert.deepEqual(await stored(bench, 'words/message'), { '': 'from the input' });
  });
});

describe('an input fails the job', () => {
  const failure = async (name: string, inputs: readonly ProcessingInput[]) => {
    const job = await runProcessing(bench, name, 'raise SystemExit(0)', { inputs });
    assert.equal(job.ProcessingJobStatus, 'Failed');
    return job.FailureReason ?? '';
  };

  it('where two bring the same file', async () => {
    await bench.put('first/data.csv', '1');
    await bench.put('second/data.csv', '2');
    const LocalPath = `${at}/both`;
    assert.equal(
      await failure('double', [s3Input('first', 'first/', { LocalPath }), s3Input('second', 'second/', { LocalPath })]),
      `ClientError: Data download failed: inputs first and second both bring the file "${at}/both/data.csv"`,
    );
  });

  it('where a key leads out of its folder', async () => {
    await bench.put('out/../../../escape', 'x');
    assert.match(
      await failure('out', [s3Input('out', 'out/')]),
      /"\.\.\/\.\.\/\.\.\/escape" below .* cannot be a file name/,
    );
  });

  it('where its manifest is none, or names what is not there', async () => {
    await bench.put('bad.manifest', 'prefix: no');
    const manifest = (key: string) => [s3Input('list', key, { S3DataType: 'ManifestFile' as const })];
    assert.match(
      await failure('no-manifest', manifest('bad.manifest')),
      /^ClientError: Data download failed: .*bad\.manifest is not a manifest/,
    );
    await bench.put('gone.manifest', JSON.stringify([{ prefix: `s3://${bucket}/gone/` }, 'x']));
    assert.match(await failure('gone', manifest('gone.manifest')), /NoSuchKey/);
  });

  it('where its bucket is not there, or not for its role', async () => {
    const elsewhere = s3Input('else', '', { S3Uri: 's3://nobody-has-this/x' });
    assert.match(
      await failure('no-bucket', [elsewhere]),
      /Please ensure that the bucket "nobody-has-this" exists .* AccessDenied/,
    );
  });
});
