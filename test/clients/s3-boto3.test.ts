/** boto3's transfers with today's defaults: a CRC in every upload, checked on every download. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { bytes, type Client, startClient, writeFiles } from './client.ts';

const large = bytes(21 * 1024 * 1024 + 1, 'boto3');
const sha256 = (content: Buffer | string) => createHash('sha256').update(content).digest('hex');
let client: Client;
before(async () => {
  client = await startClient('PYTHON');
  await writeFiles(client.folder, { 'large.bin': large });
});
after(() => client[Symbol.asyncDispose]());

describe('boto3 does', () => {
  test('transfers in parts and threads, streams, copies, and refuses damaged bytes', async () => {
    const program = fileURLToPath(new URL('./s3_transfers.py', import.meta.url));
    const seen = JSON.parse(await client.run(program, client.folder));
    assert.equal(seen.down, sha256(large));
    assert.deepEqual(seen.fetched, {
      'parts/streamed.bin': sha256(large),
      'small and single': sha256('small'),
      'copied in parts ü.bin': sha256(large),
      'copied whole': sha256('small'),
    });
    const { etag, ...head } = seen.head;
    assert.match(etag, /^"[0-9a-f]{32}-5"$/);
    const metadata = { learner: '7' };
    assert.deepEqual(head, { size: large.length, type: 'text/x-scores', metadata, checksum: 'COMPOSITE' });
    const crc = Buffer.alloc(4);
    crc.writeUInt32BE(crc32('small'));
    assert.equal(seen.crc32, crc.toString('base64'));
    assert.equal(seen.body, 'small');
    assert.equal(seen.listed, true);
    assert.equal(seen.deleted, 50);
    assert.deepEqual(seen.versions, [5]);
    assert.deepEqual(seen.refused, ['BadDigest', 'BadDigest']);
  });
});
