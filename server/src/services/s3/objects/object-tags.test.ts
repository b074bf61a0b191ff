import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectTaggingCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { startPlatform, type TestPlatform } from '../../../../../test/harness/platform.ts';

const Bucket = 'tags';
let platform: TestPlatform;
let s3: S3Client;
before(async () => {
  platform = await startPlatform();
  s3 = platform.client(S3Client);
  await s3.send(new CreateBucketCommand({ Bucket }));
});
after(() => platform[Symbol.asyncDispose]());

const put = (Key: string, more: object = {}) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', ...more }));
const tag = (Key: string, tags: Record<string, string>, more: object = {}) =>
  s3.send(
    new PutObjectTaggingCommand({
      Bucket,
      Key,
      Tagging: { TagSet: Object.entries(tags).map(([name, Value]) => ({ Key: name, Value })) },
      ...more,
    }),
  );
const tagsOf = async (Key: string, more: object = {}) =>
  (await s3.send(new GetObjectTaggingCommand({ Bucket, Key, ...more }))).TagSet?.map(
    ({ Key: key, Value }) => `${key}=${Value}`,
  );

describe('tags do', () => {
  it('come with an object, are replaced and go', async () => {
    await put('k', { Tagging: 'stage=raw&owner=a%20b' });
    assert.deepEqual(await tagsOf('k'), ['stage=raw', 'owner=a b']);
    assert.equal((await s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }))).TagCount, 2);
    await tag('k', { stage: 'clean' });
    assert.deepEqual(await tagsOf('k'), ['stage=clean']);
    await s3.send(new DeleteObjectTaggingCommand({ Bucket, Key: 'k' }));
    assert.deepEqual(await tagsOf('k'), []);
    await tag('k', { stage: 'kept' });
    await put('k');
    assert.deepEqual(await tagsOf('k'), []);
  });

  it('go along with a copy, or are told anew', async () => {
    await put('source', { Tagging: 'a=1' });
    const CopySource = `${Bucket}/source`;
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'same', CopySource }));
    assert.deepEqual(await tagsOf('same'), ['a=1']);
    await s3.send(
      new CopyObjectCommand({ Bucket, Key: 'other', CopySource, Tagging: 'b=2', TaggingDirective: 'REPLACE' }),
    );
    assert.deepEqual(await tagsOf('other'), ['b=2']);
  });

  it('belong to a version', async () => {
    const versioned = { Bucket: 'tags-versioned' };
    await s3.send(new CreateBucketCommand(versioned));
    await s3.send(new PutBucketVersioningCommand({ ...versioned, VersioningConfiguration: { Status: 'Enabled' } }));
    const { VersionId: first } = await put('k', { ...versioned, Tagging: 'n=1' });
    const { VersionId: second } = await put('k', { ...versioned, Tagging: 'n=2' });
    await tag('k', { n: 'first' }, { ...versioned, VersionId: first });
    assert.deepEqual(await tagsOf('k', versioned), ['n=2']);
    assert.deepEqual(await tagsOf('k', { ...versioned, VersionId: first }), ['n=first']);
    await tag('k', { n: 'second' }, { ...versioned, VersionId: second });
    assert.deepEqual(await tagsOf('k', versioned), ['n=second']);
  });
});

describe('tags refuse', () => {
  for (const [what, tags, expected] of [
    [
      'too many',
      Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`k${i}`, ''])),
      { name: 'BadRequest', message: 'Object tags cannot be greater than 10' },
    ],
    [
      'a long key',
      { ['k'.repeat(129)]: '' },
      { name: 'InvalidTag', message: 'The TagKey you have provided is invalid' },
    ],
    [
      'a long value',
      { k: 'v'.repeat(257) },
      { name: 'InvalidTag', message: 'The TagValue you have provided is invalid' },
    ],
    [
      'a sign that is not allowed',
      { k: 'a;b' },
      { name: 'InvalidTag', message: 'The TagValue you have provided is invalid' },
    ],
    [
      'names of AWS',
      { 'aws:k': 'v' },
      { name: 'InvalidTag', message: 'Your TagKey cannot be prefixed with aws:', TagKey: 'aws:k' },
    ],
  ] as const) {
    it(what, async () => {
      await put('refused');
      await assert.rejects(tag('refused', tags), expected);
    });
  }

  it('a key twice, in a list and in a header', async () => {
    await put('refused');
    const TagSet = [
      { Key: 'k', Value: '1' },
      { Key: 'k', Value: '2' },
    ];
    await assert.rejects(s3.send(new PutObjectTaggingCommand({ Bucket, Key: 'refused', Tagging: { TagSet } })), {
      name: 'InvalidTag',
      message: 'Cannot provide multiple Tags with the same key',
    });
    await assert.rejects(put('refused', { Tagging: 'k=1&k=2' }), { name: 'InvalidArgument' });
    await assert.rejects(put('refused', { Tagging: 'aws:k=v' }), {
      name: 'InvalidTag',
      message: 'Your TagKey cannot be prefixed with aws:',
    });
  });

  it('objects that are not there', async () => {
    await assert.rejects(tag('never', { k: 'v' }), { name: 'NoSuchKey' });
  });
});
