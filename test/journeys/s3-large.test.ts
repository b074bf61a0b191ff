/** The largest object that one request may bring, and the most parts: in constant memory. Minutes and gigabytes, so only where CLARY_TEST_LARGE is set. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  ListPartsCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { type PlatformProcess, startPlatformProcess } from '../harness/platform.ts';
import { dial, signedHead } from './s3-raw.ts';

const Bucket = 'large';
const gibibytes = Number(process.env.CLARY_TEST_LARGE ?? 0);
const size = gibibytes * 1024 ** 3;
const partCount = 10_000;
const chunk = Buffer.alloc(4 * 1024 * 1024, 'clary stores what it is given. ');
/** Of the server before the first byte and while 5 GiB pass. */
const allowedGrowthMiB = 150;

describe('the largest does', { skip: gibibytes === 0 && 'CLARY_TEST_LARGE says how many GiB, at most 5' }, () => {
  let platform: PlatformProcess;
  let s3: S3Client;
  before(async () => {
    platform = await startPlatformProcess({ flags: ['--durability', 'process'] });
    s3 = platform.client(S3Client);
    await s3.send(new CreateBucketCommand({ Bucket }));
  });
  after(() => platform[Symbol.asyncDispose]());

  async function serverPid(): Promise<string> {
    for (const pid of await readdir('/proc')) {
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      if (line.includes(platform.dataDir)) return pid;
    }
    throw new Error('the server has no process');
  }

  /** Runs it; answers by how many MiB the server's memory grew above what it was. */
  async function growth(run: () => Promise<void>): Promise<number> {
    const pid = await serverPid();
    // Source: proc(5), clear_refs: 5 makes the peak what is resident now.
    await writeFile(`/proc/${pid}/clear_refs`, '5');
    const peak = async () => Number(/VmHWM:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
    const before = await peak();
    await run();
    return (await peak()) - before;
  }

  test('go up and down in one request each, in constant memory', async (t) => {
    const sent = createHash('md5');
    const up = await growth(async () => {
      const socket = await dial(platform);
      const answer = new Promise<string>((resolve, reject) => {
        socket.once('data', (data) => resolve(data.toString()));
        socket.once('error', reject);
      });
      socket.write(signedHead(platform, 'PUT', `/${Bucket}/object`, { 'content-length': `${size}` }));
      for (let left = size; left > 0; left -= chunk.length) {
        sent.update(chunk);
        if (!socket.write(chunk)) await new Promise((resolve) => socket.once('drain', resolve));
      }
      assert.match(await answer, /^HTTP\/1\.1 200 /);
      socket.destroy();
    });
    const received = createHash('md5');
    let length = 0;
    const down = await growth(async () => {
      const socket = await dial(platform);
      socket.write(signedHead(platform, 'GET', `/${Bucket}/object`));
      let isHead = true;
      for await (const data of socket) {
        const body: Buffer = isHead ? data.subarray(data.indexOf('\r\n\r\n') + 4) : data;
        isHead = false;
        received.update(body);
        length += body.length;
        if (length >= size) break;
      }
    });
    assert.equal(length, size);
    assert.equal(received.digest('hex'), sent.digest('hex'));
    t.diagnostic(`memory grew by ${up.toFixed(0)} MiB on the way up, ${down.toFixed(0)} MiB on the way down`);
    assert.ok(up < allowedGrowthMiB && down < allowedGrowthMiB, `${up} and ${down} MiB`);
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'object' }));
  });

  test('ten thousand parts below 5 MiB are refused as a whole, and stay where they are', async (t) => {
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'parts' }));
    const upload = { Bucket, Key: 'parts', UploadId };
    const etags: string[] = [];
    let next = 1;
    const sender = async () => {
      for (let number = next++; number <= partCount; number = next++) {
        const { ETag = '' } = await s3.send(
          new UploadPartCommand({ ...upload, PartNumber: number, Body: `${number}` }),
        );
        etags[number - 1] = ETag;
      }
    };
    await Promise.all(Array.from({ length: 16 }, sender));
    const beyond = s3.send(new UploadPartCommand({ ...upload, PartNumber: partCount + 1, Body: 'x' }));
    await assert.rejects(beyond, { name: 'InvalidArgument' });
    const Parts = etags.map((ETag, index) => ({ PartNumber: index + 1, ETag }));
    const complete = new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } });
    const grown = await growth(() => assert.rejects(s3.send(complete), { name: 'EntityTooSmall' }));
    t.diagnostic(`memory grew by ${grown.toFixed(0)} MiB for the refusal`);
    const { Parts: listed = [], IsTruncated } = await s3.send(
      new ListPartsCommand({ ...upload, PartNumberMarker: '9990' }),
    );
    assert.deepEqual([listed.length, IsTruncated], [10, false]);
    await s3.send(new AbortMultipartUploadCommand(upload));
    await assert.rejects(s3.send(new ListPartsCommand(upload)), { name: 'NoSuchUpload' });
  });
});
