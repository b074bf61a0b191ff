import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { onSqlite, type PlatformProcess, startPlatformProcess } from '../../../../../test/harness/platform.ts';
import { blobCipher } from './encryption.ts';

const Bucket = 'sealed';
let platform: PlatformProcess;
let s3: S3Client;
before(async () => {
  platform = await startPlatformProcess();
  s3 = platform.client(S3Client);
  await s3.send(new CreateBucketCommand({ Bucket }));
});
after(() => platform[Symbol.asyncDispose]());

const large = 'in clear '.repeat(20_000);
const put = (Key: string, Body: string | Uint8Array, more: object = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const get = async (Key: string, more: object = {}) => {
  const answer = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return { answer, text: await answer.Body?.transformToString() };
};
function customerKey(fill: number) {
  const key = Buffer.alloc(32, fill);
  return {
    SSECustomerAlgorithm: 'AES256',
    SSECustomerKey: key.toString('base64'),
    SSECustomerKeyMD5: createHash('md5').update(key).digest('base64'),
  };
}
const asSource = (key: ReturnType<typeof customerKey>) => ({
  CopySourceSSECustomerAlgorithm: key.SSECustomerAlgorithm,
  CopySourceSSECustomerKey: key.SSECustomerKey,
  CopySourceSSECustomerKeyMD5: key.SSECustomerKeyMD5,
});

/** Whether the text lies anywhere in the platform's folder, the database and its log included. */
async function isOnDisk(text: string): Promise<boolean> {
  const entries = await readdir(platform.dataDir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const found = await Promise.all(
    files.map(async (file) => (await readFile(join(file.parentPath, file.name))).includes(text)),
  );
  return found.includes(true);
}

describe('the cipher does', () => {
  it('read a range alone as within the whole', () => {
    const secret = randomBytes(32);
    const plain = randomBytes(1000);
    const sealed = blobCipher(secret, 'id').update(plain);
    for (const start of [0, 1, 15, 16, 17, 500, 999]) {
      assert.deepEqual(blobCipher(secret, 'id', start).update(sealed.subarray(start)), plain.subarray(start));
    }
    assert.notDeepEqual(blobCipher(secret, 'other').update(plain), sealed);
  });
});

describe('encryption does', () => {
  const skip = !onSqlite && 'small objects are not in a file';
  it('keep small and large objects unreadable on the disk, and give them back, ranges too', { skip }, async () => {
    const small = 'a small secret that nobody finds';
    await put('control', 'this one lies in clear');
    assert.equal(await isOnDisk('this one lies in clear'), true);
    const answer = await put('small', small, { ServerSideEncryption: 'AES256' });
    assert.equal(answer.ServerSideEncryption, 'AES256');
    await put('large', `${large}needle in a haystack`, { ServerSideEncryption: 'AES256' });
    assert.equal(await isOnDisk(small), false);
    assert.equal(await isOnDisk('needle in a haystack'), false);
    assert.equal((await get('small')).text, small);
    assert.equal((await get('large')).text, `${large}needle in a haystack`);
    assert.equal((await get('large', { Range: 'bytes=-20' })).text, 'needle in a haystack');
    assert.equal((await get('small', { Range: 'bytes=2-6' })).text, 'small');
    assert.equal((await s3.send(new HeadObjectCommand({ Bucket, Key: 'large' }))).ServerSideEncryption, 'AES256');
  });

  it('answer SSE-KMS with the platform’s key, whichever was named', async () => {
    const { SSEKMSKeyId: usual = '' } = await put('kms', 'x', { ServerSideEncryption: 'aws:kms' });
    assert.match(usual, new RegExp(`^arn:aws:kms:us-east-1:${platform.account}:key/`));
    const named = await put('kms', 'x', {
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: 'alias/mine',
      BucketKeyEnabled: true,
    });
    assert.deepEqual([named.SSEKMSKeyId, named.BucketKeyEnabled], [usual, true]);
    assert.equal((await get('kms')).answer.ServerSideEncryption, 'aws:kms');
  });

  it('take a customer’s key, keep only its digest, and ask for it again', async () => {
    const key = customerKey(1);
    const written = await put('mine', large, key);
    assert.equal(written.SSECustomerKeyMD5, key.SSECustomerKeyMD5);
    assert.equal((await get('mine', key)).text, large);
    assert.equal((await get('mine', { ...key, Range: 'bytes=3-7' })).text, 'clear');
    assert.equal(await isOnDisk(key.SSECustomerKey), false);
  });

  it('seal copies as they are asked for', async () => {
    await put('open', 'copied secret');
    const CopySource = `${Bucket}/open`;
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'closed', CopySource, ServerSideEncryption: 'AES256' }));
    assert.equal((await get('closed')).text, 'copied secret');
    const key = customerKey(2);
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'mine-now', CopySource: `${Bucket}/closed`, ...key }));
    assert.equal((await get('mine-now', key)).text, 'copied secret');
    const back = { Bucket, Key: 'open-again', CopySource: `${Bucket}/mine-now`, ...asSource(key) };
    await s3.send(new CopyObjectCommand(back));
    assert.equal((await get('open-again')).text, 'copied secret');
  });

  for (const [kind, sealing] of [
    ['SSE-S3', { ServerSideEncryption: 'AES256' }],
    ['SSE-C', customerKey(3)],
  ] as const) {
    it(`seal objects in parts, and read across them (${kind})`, async () => {
      const parts = [randomBytes(5 * 1024 * 1024), randomBytes(100)];
      const where = { Bucket, Key: `parts-${kind}` };
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ ...where, ...(sealing as object) }));
      const key = kind === 'SSE-C' ? sealing : {};
      const etags = [];
      for (const [index, Body] of parts.entries()) {
        const part = { ...where, UploadId, PartNumber: index + 1, Body, ...key };
        etags.push({ PartNumber: index + 1, ETag: (await s3.send(new UploadPartCommand(part))).ETag });
      }
      await s3.send(new CompleteMultipartUploadCommand({ ...where, UploadId, MultipartUpload: { Parts: etags } }));
      const { Body: whole } = await s3.send(new GetObjectCommand({ ...where, ...key }));
      assert.ok(Buffer.concat(parts).equals((await whole?.transformToByteArray()) ?? Buffer.alloc(0)));
      const { Body: across } = await s3.send(
        new GetObjectCommand({ ...where, ...key, Range: 'bytes=5242875-5242884' }),
      );
      assert.ok(
        Buffer.concat(parts)
          .subarray(5242875, 5242885)
          .equals((await across?.transformToByteArray()) ?? Buffer.alloc(0)),
      );
    });
  }
});

describe('encryption refuses', () => {
  it('to give a customer’s object without its key, or with another', async () => {
    await put('mine', 'x', customerKey(1));
    await assert.rejects(get('mine'), {
      name: 'InvalidRequest',
      message:
        'The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.',
    });
    await assert.rejects(get('mine', customerKey(9)), { name: 'AccessDenied' });
    await put('open', 'x');
    await assert.rejects(get('open', customerKey(1)), {
      name: 'InvalidRequest',
      message: 'The encryption parameters are not applicable to this object.',
    });
    await assert.rejects(s3.send(new CopyObjectCommand({ Bucket, Key: 'stolen', CopySource: `${Bucket}/mine` })), {
      name: 'InvalidRequest',
    });
  });

  it('keys that are none, and methods that are not known', async () => {
    const key = customerKey(1);
    await assert.rejects(put('k', 'x', { ...key, SSECustomerAlgorithm: 'AES128' }), {
      name: 'InvalidEncryptionAlgorithmError',
    });
    await assert.rejects(put('k', 'x', { ServerSideEncryption: 'rot13' }), {
      name: 'InvalidArgument',
      message: 'The encryption method specified is not supported',
    });
    await assert.rejects(put('k', 'x', { ...key, ServerSideEncryption: 'AES256' }), { name: 'InvalidArgument' });
    await assert.rejects(put('k', 'x', { ServerSideEncryption: 'AES256', SSEKMSKeyId: 'alias/mine' }), {
      name: 'InvalidArgument',
      message:
        'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms',
    });
  });

  it('parts that do not bring the upload’s key', async () => {
    const where = { Bucket, Key: 'upload' };
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ ...where, ...customerKey(4) }));
    const part = { ...where, UploadId, PartNumber: 1 };
    await assert.rejects(s3.send(new UploadPartCommand({ ...part, Body: 'x' })), { name: 'InvalidRequest' });
    await assert.rejects(s3.send(new UploadPartCommand({ ...part, Body: 'x', ...customerKey(5) })), {
      name: 'AccessDenied',
    });
    await put('open', 'x');
    await assert.rejects(s3.send(new UploadPartCopyCommand({ ...part, CopySource: `${Bucket}/open` })), {
      name: 'InvalidRequest',
    });
  });
});

describe('encryption survives', () => {
  it('kill -9: what was sealed before is read after', async () => {
    await put('kept', 'sealed before', { ServerSideEncryption: 'AES256' });
    await platform.kill9();
    await platform.restart();
    assert.equal((await get('kept')).text, 'sealed before');
  });
});
