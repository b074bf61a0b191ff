import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import {
  CreateBucketCommand,
  DeleteBucketTaggingCommand,
  GetBucketTaggingCommand,
  PutBucketTaggingCommand,
  S3Client,
  type Tag,
} from '@aws-sdk/client-s3';
import { startPlatform } from '../../../../../../test/harness/platform.ts';

const platform = await startPlatform();
const s3 = platform.client(S3Client);
after(() => platform[Symbol.asyncDispose]());
const Bucket = 'tagged';
await s3.send(new CreateBucketCommand({ Bucket }));

const put = (...tags: Tag[]) => s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: tags } }));
const get = async (name = Bucket) => (await s3.send(new GetBucketTaggingCommand({ Bucket: name }))).TagSet;
const create = (name: string, ...tags: Tag[]) =>
  s3.send(new CreateBucketCommand({ Bucket: name, CreateBucketConfiguration: { Tags: tags } }));
const none = { name: 'NoSuchTagSet', message: 'The TagSet does not exist', BucketName: Bucket };

describe('tags of buckets do', () => {
  it('come, are replaced as a whole and go', async () => {
    await assert.rejects(get(), none);
    await put({ Key: 'team', Value: 'ml' }, { Key: 'empty', Value: '' });
    assert.deepEqual(await get(), [
      { Key: 'team', Value: 'ml' },
      { Key: 'empty', Value: '' },
    ]);
    await put({ Key: 'üb er/+-=._:@', Value: '1' });
    assert.deepEqual(await get(), [{ Key: 'üb er/+-=._:@', Value: '1' }]);
    await s3.send(new DeleteBucketTaggingCommand({ Bucket }));
    await s3.send(new DeleteBucketTaggingCommand({ Bucket }));
    await assert.rejects(get(), none);
  });

  it('end with an empty set', async () => {
    await put({ Key: 'a', Value: 'b' });
    await put();
    await assert.rejects(get(), none);
  });

  it('come with the bucket, which then is not created again in silence', async () => {
    await create('born-tagged', { Key: 'a', Value: '1' });
    assert.deepEqual(await get('born-tagged'), [{ Key: 'a', Value: '1' }]);
    await create('born-tagged');
    await assert.rejects(create('born-tagged', { Key: 'a', Value: '2' }), { name: 'BucketAlreadyOwnedByYou' });
    assert.deepEqual(await get('born-tagged'), [{ Key: 'a', Value: '1' }]);
  });
});

describe('tags of buckets refuse', () => {
  it('what are no tags', async () => {
    const cases: [Tag[], object][] = [
      [
        [
          { Key: 'a', Value: '1' },
          { Key: 'a', Value: '2' },
        ],
        { name: 'InvalidTag', message: 'Cannot provide multiple Tags with the same key', TagKey: 'a' },
      ],
      [
        [{ Key: 'a,b', Value: '' }],
        { name: 'InvalidTag', message: 'The TagKey you have provided is invalid', TagKey: 'a,b' },
      ],
      [
        [{ Key: 'k'.repeat(129), Value: '' }],
        { name: 'InvalidTag', message: 'The TagKey you have provided is invalid' },
      ],
      [
        [{ Key: 'a', Value: 'x,y' }],
        { name: 'InvalidTag', message: 'The TagValue you have provided is invalid', TagKey: 'a', TagValue: 'x,y' },
      ],
      [
        [{ Key: 'aws:a', Value: '' }],
        { name: 'InvalidTag', message: 'System tags cannot be added/updated by requester', TagKey: 'aws:a' },
      ],
      [[{ Key: 'a', Value: undefined }], { name: 'MalformedXML' }],
      [
        Array.from({ length: 51 }, (_, at) => ({ Key: `k${at}`, Value: '' })),
        { name: 'BadRequest', message: 'Bucket tag count cannot be greater than 50' },
      ],
    ];
    for (const [tags, refusal] of cases) await assert.rejects(put(...tags), refusal);
  });

  it('system tags at creation, in words of their own, and make no bucket', async () => {
    await assert.rejects(create('never', { Key: 'aws:a', Value: '' }), {
      name: 'InvalidTag',
      message:
        'User-defined tag keys can\'t start with "aws:". This prefix is reserved for system tags. Remove "aws:" from your tag keys and try again.',
    });
    await assert.rejects(get('never'), { name: 'NoSuchBucket' });
  });

  it('owners that are not, and numbers that are no account', async () => {
    const of = (owner: string) =>
      s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [] }, ExpectedBucketOwner: owner }));
    await assert.rejects(of('999999999999'), { name: 'AccessDenied', message: 'Access Denied' });
    await assert.rejects(of('abcd'), {
      name: 'InvalidBucketOwnerAWSAccountID',
      message: 'The value of the expected bucket owner parameter must be an AWS Account ID... [abcd]',
    });
  });
});
