/** Headers beyond ASCII: HTTP carries Latin-1, and bytes that were stored come back as they were. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { startPlatform } from '../../../../../test/harness/platform.ts';
import { send, sign } from '../../../../../test/harness/signed.ts';

const platform = await startPlatform();
after(() => platform[Symbol.asyncDispose]());
const s3 = platform.client(S3Client);
const Bucket = 'headers';
await s3.send(new CreateBucketCommand({ Bucket }));
await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));

const asked = (key: string, disposition?: string) => {
  const query = disposition === undefined ? '' : `?response-content-disposition=${encodeURIComponent(disposition)}`;
  return send(platform, sign(platform, { service: 's3', method: 'GET', target: `/${Bucket}/${key}${query}` }));
};

describe('headers of answers refuse', () => {
  it('what Latin-1 does not have', async () => {
    const disposition = 'attachment; filename="1976–2016.md"';
    const ask = new GetObjectCommand({ Bucket, Key: 'k', ResponseContentDisposition: disposition });
    await assert.rejects(s3.send(ask), {
      name: 'InvalidArgument',
      message: 'Header value cannot be represented using ISO-8859-1.',
      ArgumentName: 'response-content-disposition',
      ArgumentValue: disposition,
    });
  });
});

describe('headers of answers do', () => {
  it('hold all of Latin-1', async () => {
    const { status, headers } = await asked('k', 'attachment; filename="ü.md"');
    assert.deepEqual([status, headers['content-disposition']], [200, 'attachment; filename="ü.md"']);
  });

  it('give back the bytes of a stored Content-Disposition in UTF-8', async () => {
    const bytes = Buffer.from('attachment; filename="1976–2016 – ü.md"').toString('latin1');
    const put = sign(platform, { service: 's3', method: 'PUT', target: `/${Bucket}/u`, body: 'x', expires: 60 });
    const stored = await send(platform, { ...put, headers: { ...put.headers, 'content-disposition': bytes } });
    assert.equal(stored.status, 200, String(stored.body));
    const { status, headers } = await asked('u');
    assert.deepEqual([status, headers['content-disposition']], [200, bytes]);
  });
});
