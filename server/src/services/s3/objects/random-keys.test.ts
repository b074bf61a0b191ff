/** Keys are data, never paths: whatever they hold, they come back and reach nothing else. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, describe, it } from 'node:test';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { startPlatform } from '../../../../../test/harness/platform.ts';

const platform = await startPlatform();
const s3 = platform.client(S3Client);
after(() => platform[Symbol.asyncDispose]());
const Bucket = 'random-keys';
await s3.send(new CreateBucketCommand({ Bucket }));

const awkward = [
  ' ',
  '/',
  '//',
  'a//b',
  'a/',
  '/a',
  '..x/../y',
  './a',
  'a/./b',
  'a/../../etc/passwd',
  'a b+c%20d',
  '%',
  '%2F',
  '+',
  'a?b=c&d#e',
  `"'<>&\\|^~\`{}[]`,
  'é\u0301\u{1f600}\u{10ffff}',
  '\u{ff5e}',
  'a\nb\tc\rd',
  '\u0001\u001f\u007f',
  '?versionId=null',
  'x'.repeat(1024),
  '\u{1f600}'.repeat(256),
];

const alphabet = [...'abcxyz019-_.~!*\'()/ +%&=?#:;@$,"<>\\^`{|}[]\n\u0001\u001b\u0085\u2028é漢\u{1f600}', '..', '//'];

function randomKey(): string {
  const length = randomInt(1, 40);
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}

const keys = [...new Set([...awkward, ...Array.from({ length: 150 }, randomKey)])].filter(
  // The SDK's own URL folds a key that is a dot segment as a whole.
  (key) => !/^\.{1,2}$/.test(key),
);

async function listAll(): Promise<string[]> {
  const found: string[] = [];
  let token: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({
        Bucket,
        MaxKeys: 37,
        EncodingType: 'url',
        ...(token && { ContinuationToken: token }),
      }),
    );
    found.push(...(page.Contents ?? []).map(({ Key: key }) => decodeURIComponent((key ?? '').replaceAll('+', ' '))));
    token = page.NextContinuationToken;
  } while (token);
  return found;
}

describe('any key does', () => {
  it('come back by name and by list, in the order of bytes, is copied and goes', async () => {
    for (const key of keys) {
      await s3.send(new PutObjectCommand({ Bucket, Key: key, Body: key }));
      const { ContentLength: length } = await s3.send(new HeadObjectCommand({ Bucket, Key: key }));
      assert.equal(length, Buffer.byteLength(key), JSON.stringify(key));
    }
    for (const key of keys) {
      const { Body: body } = await s3.send(new GetObjectCommand({ Bucket, Key: key }));
      assert.equal(await body?.transformToString(), key, JSON.stringify(key));
    }
    const sorted = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    assert.deepEqual(await listAll(), sorted);
    for (const key of awkward) {
      const CopySource = `${Bucket}/${encodeURIComponent(key)}`;
      await s3.send(new CopyObjectCommand({ Bucket, Key: key, CopySource, MetadataDirective: 'REPLACE' }));
      const { Body: body } = await s3.send(new GetObjectCommand({ Bucket, Key: key }));
      assert.equal(await body?.transformToString(), key, JSON.stringify(key));
    }
    for (const key of awkward) await s3.send(new DeleteObjectCommand({ Bucket, Key: key }));
    const rest = sorted.filter((key) => !awkward.includes(key));
    assert.deepEqual(await listAll(), rest);
    const Delete = { Objects: rest.map((key) => ({ Key: key })) };
    const { Errors: errors } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete }));
    assert.equal(errors, undefined);
    assert.deepEqual(await listAll(), []);
  });
});
