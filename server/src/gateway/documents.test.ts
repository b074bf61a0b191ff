import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { startPlatform } from '../../../test/harness/platform.ts';
import { type Sending, send, sign } from '../../../test/harness/signed.ts';
import { crc64nvme, reflectedDigest } from '../kit/reflected-crc.ts';

const platform = await startPlatform();
after(() => platform[Symbol.asyncDispose]());
const s3 = platform.client(S3Client);
const Bucket = 'documents';
await s3.send(new CreateBucketCommand({ Bucket }));

const post = async (body: string | Uint8Array, more: Partial<Sending> = {}) => {
  const sending = { method: 'POST', target: `/${Bucket}?delete=`, service: 's3', body, ...more };
  const answer = await send(platform, sign(platform, sending));
  const text = answer.body.toString();
  return {
    status: answer.status,
    code: /<Code>(.*)<\/Code>/.exec(text)?.[1],
    message: /<Message>(.*)<\/Message>/.exec(text)?.[1],
  };
};
const deletion = (key: string) => `<Delete><Object><Key>${key}</Key></Object></Delete>`;
const put = (Key: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
const isThere = (Key: string) =>
  s3.send(new GetObjectCommand({ Bucket, Key })).then(
    () => true,
    () => false,
  );

/** As SDKs send streams: in chunks, the checksum behind them. */
function inChunks(document: string, checksum: string, length = document.length): [string, Partial<Sending>] {
  const body = `${document.length.toString(16)}\r\n${document}\r\n0\r\nx-amz-checksum-crc64nvme:${checksum}\r\n\r\n`;
  const headers = {
    'content-encoding': 'aws-chunked',
    'x-amz-decoded-content-length': `${length}`,
    'x-amz-trailer': 'x-amz-checksum-crc64nvme',
  };
  return [body, { headers, payloadHash: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' }];
}

describe('documents do', () => {
  it('what they say where their trailer is right', async () => {
    await put('trailed');
    assert.equal((await post(...inChunks(deletion('trailed'), 'M3eFcAZSQlc='))).code, 'BadDigest');
    assert.equal(await isThere('trailed'), true);
    const right = reflectedDigest(crc64nvme, Buffer.from(deletion('trailed'))).toString('base64');
    assert.equal((await post(...inChunks(deletion('trailed'), right))).status, 200);
    assert.equal(await isThere('trailed'), false);
  });
});

describe('documents refuse', () => {
  it('to be another length than they say', async () => {
    assert.equal((await post(...inChunks(deletion('x'), 'M3eFcAZSQlc=', 500))).code, 'IncompleteBody');
  });

  it('to be nothing', async () => {
    const { status, code, message } = await post('');
    assert.deepEqual([status, code, message], [400, 'MissingRequestBodyError', 'Request Body is empty']);
  });

  it('bytes that are not UTF-8, which would name another object', async () => {
    await put('�');
    const bytes = Buffer.concat([
      Buffer.from('<Delete><Object><Key>'),
      Buffer.of(0xff),
      Buffer.from('</Key></Object></Delete>'),
    ]);
    assert.equal((await post(bytes)).code, 'MalformedXML');
    assert.equal(await isThere('�'), true);
  });
});
