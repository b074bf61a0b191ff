/** A client that ends its side of the connection behind its request is answered. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { startPlatform } from '../../../test/harness/platform.ts';
import { sign } from '../../../test/harness/signed.ts';

describe('A client that half-closes its connection does', () => {
  it('get the answer to what it sent, with TLS and without, and nothing to half a request', async () => {
    await using platform = await startPlatform();
    const s3 = platform.client(S3Client);
    await s3.send(new CreateBucketCommand({ Bucket: 'half' }));
    const port = Number(new URL(platform.endpoint).port);
    const ask = async (secure: boolean, key: string, declared = 5) => {
      const sending = { service: 's3', method: 'PUT', target: `/half/${key}`, body: 'hello' };
      const { headers } = sign(platform, sending);
      const lines = Object.entries({ ...headers, 'content-length': `${declared}` });
      const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
      const socket = secure
        ? connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
        : connect({ port, host: '127.0.0.1' });
      socket.end(`PUT /half/${key} HTTP/1.1\r\n${head}\r\nhello`);
      return text(socket);
    };
    assert.match(await ask(false, 'plain'), /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(await ask(true, 'tls'), /^HTTP\/1\.1 200 OK\r\n/);
    for (const Key of ['plain', 'tls']) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'half', Key }));
      assert.equal(await Body?.transformToString(), 'hello');
    }
    assert.doesNotMatch(await ask(false, 'cut', 9), / 200 OK/);
    await assert.rejects(s3.send(new GetObjectCommand({ Bucket: 'half', Key: 'cut' })), { name: 'NoSuchKey' });
  });
});
