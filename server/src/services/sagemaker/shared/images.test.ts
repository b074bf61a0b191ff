import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { imageTable } from './images.ts';
import { readImages } from './images-file.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clary-images-'));
});
after(() => rm(folder, { recursive: true }));

async function fileOf(content: unknown): Promise<string> {
  const file = join(folder, 'images.json');
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}
const tableOf = async (content: unknown) => imageTable(await readImages(await fileOf(content)), undefined);

const call = { error: (code: string, message: string) => Object.assign(new Error(message), { name: code }) as never };

describe('The table of images', () => {
  test('knows the built-in ones, whatever their registry', () => {
    const table = imageTable([], undefined);
    const xgboost = { kind: 'builtin', name: 'xgboost' };
    assert.deepEqual(
      table.find('683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1', 'training'),
      xgboost,
    );
    assert.deepEqual(table.find('localhost:5000/xgboost:1', 'serving'), undefined);
    assert.deepEqual(table.find('xgboost:1', 'serving'), xgboost);
    assert.deepEqual(table.find('clary/evaluate', 'processing'), { kind: 'builtin', name: 'evaluate' });
    assert.equal(table.find('clary/evaluate', 'training'), undefined);
  });

  test('takes what is configured first, by the whole image or what follows its registry', async () => {
    const table = await tableOf([
      { pattern: 'my-registry/*', runs: 'container' },
      { pattern: 'team/boost:*', runs: 'xgboost' },
      { pattern: 'registry.example.com/*', runs: 'container' },
      { pattern: 'team/forest:*', runs: 'python:scikit-learn-1.4' },
      { pattern: 'sagemaker-xgboost:1.7-1', runs: 'container' },
    ]);
    const container = (image: string) => ({ kind: 'container', image });
    for (const image of ['my-registry/a/b:1', 'registry.example.com/x', 'eu.example.com:5000/my-registry/c'])
      assert.deepEqual(table.find(image, 'training'), container(image));
    assert.partialDeepStrictEqual(table.find('team/forest:3', 'processing'), {
      kind: 'python',
      environment: 'scikit-learn-1.4',
    });
    assert.deepEqual(table.find('team/boost:2', 'serving'), { kind: 'builtin', name: 'xgboost' });
    assert.deepEqual(table.find('sagemaker-xgboost:1.7-1', 'training'), container('sagemaker-xgboost:1.7-1'));
    assert.deepEqual(table.find('sagemaker-xgboost:1.7-1', 'serving'), { kind: 'builtin', name: 'xgboost' });
    for (const image of ['my-registryx/a', 'a/my-registry/b', 'xteam/boost:2', 'registryXexample.com/x'])
      assert.equal(table.find(image, 'training'), undefined, image);
  });

  test('processes in the Python environment of a framework, and of XGBoost', async () => {
    const table = await tableOf([]);
    for (const image of [
      'x.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3',
      'sagemaker-xgboost:1.7-1',
    ])
      assert.equal(table.find(image, 'processing')?.kind, 'python', image);
  });

  test('runs images of the past in the nearest environment', () => {
    const table = imageTable([], undefined);
    const asks = (image: string) => {
      const runtime = table.find(image, 'processing');
      return runtime?.kind === 'python' ? [runtime.environment, runtime.asks?.version] : undefined;
    };
    assert.deepEqual(asks('sagemaker-xgboost:0.90-1-cpu-py3'), ['xgboost-1.7', '0.90']);
    assert.deepEqual(asks('sagemaker-xgboost:0.90-2-cpu-py3'), ['xgboost-1.7', '0.90']);
    assert.deepEqual(asks('sagemaker-scikit-learn:0.20.0-cpu-py3'), ['scikit-learn-1.2', '0.20.0']);
    assert.deepEqual(asks('sagemaker-scikit-learn:0.23-1-cpu-py3'), ['scikit-learn-1.2', '0.23.1']);
    for (const use of ['training', 'serving', 'registering'] as const)
      assert.deepEqual(table.find('sagemaker-xgboost:0.90-2-cpu-py3', use), { kind: 'builtin', name: 'xgboost' });
  });
});

describe('The table of images refuses', () => {
  test('an image that nothing runs, and names what is known', async () => {
    const table = await tableOf([{ pattern: 'my/*', runs: 'container' }]);
    assert.throws(() => table.get('another:1', 'processing', call), {
      name: 'ValidationException',
      message:
        /^no runtime for image another:1; known for processing: my\/\*, clary\/evaluate, sagemaker-scikit-learn:0\.20\.0\|0\.23-1\|1\.0-1\|1\.2-1, .*\. Other images run as containers/,
    });
    assert.throws(() => table.get('my/image', 'serving', call), /known for serving: sagemaker-xgboost/);
  });

  for (const [what, content, message] of [
    ['no JSON', '[', /^the images file .*images\.json is not JSON: /],
    ['no list', { pattern: 'a', runs: 'container' }, /images\.json must hold a list: \[\{"pattern"/],
    ['an entry that is none', [1], /images\.json: entry 1 must be an object, not 1$/],
    [
      'a runtime that is none',
      [
        { pattern: 'a', runs: 'container' },
        { pattern: 'b', runs: 'docker' },
      ],
      /: entry 2 needs "runs": one of xgboost, evaluate, container, python:scikit-learn-1\.2, .*, not "docker"$/,
    ],
    [
      'no runtime',
      [{ pattern: 'a' }],
      /: entry 1 needs "runs": one of xgboost, evaluate, container, python:.*, not undefined$/,
    ],
    [
      'a pattern that is no image',
      [{ pattern: 'a b', runs: 'container' }],
      /: entry 1 needs a "pattern": .*, not "a b"$/,
    ],
    [
      'a word that it does not know',
      [{ pattern: 'a', runs: 'container', use: 'x' }],
      /: entry 1 has "use"; it may have "pattern" and "runs"$/,
    ],
  ] as const) {
    test(`a file with ${what}`, async () => {
      await assert.rejects(readImages(await fileOf(content)), { message });
    });
  }

  test('a file that is not there', async () => {
    await assert.rejects(readImages(join(folder, 'nowhere')), {
      message: /^the images file .*nowhere could not be read: ENOENT/,
    });
  });
});
