/** `clary up --blobs s3://…`: a platform whose objects are in the bucket of another store. A kill (-9) of either loses nothing that was acknowledged. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { until } from '../../examples/workflow/stage.ts';
import { type PlatformProcess, startPlatformProcess } from '../harness/platform.ts';
import { blobsFlags, type S3Store, s3Stores } from '../harness/s3-stores.ts';
import { scripted, tell, unpacked } from '../harness/scripted-job.ts';
import { bucket as Bucket, openWorkbench, type Workbench } from '../harness/workbench.ts';

const mebibyte = 2 ** 20;
const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

for (const { name, start, skip } of s3Stores) {
  describe(`a platform whose blobs are in a bucket of ${name}`, { skip }, () => {
    let folder: string;
    let store: S3Store;
    let platform: PlatformProcess;
    let bench: Workbench;
    let s3: S3Client;
    const put = (key: string, bytes: Uint8Array) => bench.put(key, bytes);

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'clary-remote-'));
      store = await start();
      await store.client.send(new CreateBucketCommand({ Bucket: 'store' }));
      const flags = await blobsFlags(store, 's3://store/platform', folder);
      platform = await startPlatformProcess({ flags: [...flags, '--allow-reset'] });
      bench = await openWorkbench(platform, { maxAttempts: 10 });
      s3 = bench.s3;
    });
    after(async () => {
      await platform[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    });

    /** The blobs in the store. */
    async function blobs(): Promise<number> {
      const list = new ListObjectsV2Command({ Bucket: 'store', Prefix: 'platform/' });
      const { Contents = [] } = await store.client.send(list);
      return Contents.filter(({ Key = '' }) => /[0-9a-f]{32}$/.test(Key)).length;
    }

    test('puts, reads, ranges, copies, parts and deletes', async () => {
      const content = randomBytes(20 * mebibyte);
      await put('long', content);
      await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/long` }));
      assert.equal(await blobs(), 1, 'a copy names the same bytes');
      const upload = { Bucket, Key: 'parts', ServerSideEncryption: 'AES256' as const };
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand(upload));
      const part = { Bucket, Key: 'parts', UploadId };
      const half = 10 * mebibyte;
      const Body = content.subarray(0, half);
      const CopySourceRange = `bytes=${half}-${content.length - 1}`;
      const first = await s3.send(new UploadPartCommand({ ...part, PartNumber: 1, Body }));
      const second = await s3.send(
        new UploadPartCopyCommand({ ...part, PartNumber: 2, CopySource: `${Bucket}/long`, CopySourceRange }),
      );
      const Parts = [first.ETag, second.CopyPartResult?.ETag].map((ETag, i) => ({ ETag, PartNumber: i + 1 }));
      await s3.send(new CompleteMultipartUploadCommand({ ...part, MultipartUpload: { Parts } }));
      for (const key of ['long', 'copy', 'parts']) assert.equal(hash(await bench.read(key)), hash(content));
      const Range = `bytes=${half - 5}-${half + 4}`;
      const { Body: piece } = await s3.send(new GetObjectCommand({ Bucket, Key: 'parts', Range }));
      assert.deepEqual(Buffer.from((await piece?.transformToByteArray()) ?? []), content.subarray(half - 5, half + 5));
      assert.equal(await blobs(), 3);
      const Objects = ['long', 'copy', 'parts'].map((Key) => ({ Key }));
      await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
      await until('the bytes to be removed', async () => (await blobs()) === 0 || undefined);
      assert.deepEqual(await readdir(join(platform.dataDir, 'blobs')).catch(() => []), []);
    });

    test('a training job reads its input and writes its model', async () => {
      await put('input/large', Buffer.alloc(12 * mebibyte, 'x'));
      const job = await bench.train('reads-and-writes', {
        ...scripted(`${tell}
data = open('/opt/ml/input/data/input/large').read()
tell('seen', [len(data), data.count('x')])
open('/opt/ml/model/weights', 'wb').write(os.urandom(10 * 2 ** 20))`),
        InputDataConfig: [
          {
            ChannelName: 'input',
            DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${Bucket}/input/` } },
          },
        ],
      });
      assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
      const left = await unpacked(await bench.read('model/reads-and-writes/output/output.tar.gz'));
      assert.deepEqual(JSON.parse(left.seen ?? ''), [12 * mebibyte, 12 * mebibyte]);
      const model = await unpacked(await bench.read('model/reads-and-writes/output/model.tar.gz'));
      assert.deepEqual(Object.keys(model), ['weights']);
    });

    /** Puts objects, one after the other, until told to stop; answers the hashes of those that were acknowledged. */
    function keepPutting(prefix: string) {
      const acknowledged = new Map<string, string>();
      let isOver = false;
      const done = (async () => {
        for (let i = 0; !isOver; i++) {
          const content = randomBytes(i % 3 === 0 ? 9 * mebibyte : 100_000);
          await put(`${prefix}/${i}`, content).then(
            () => acknowledged.set(`${prefix}/${i}`, hash(content)),
            () => {},
          );
        }
      })();
      return {
        acknowledged,
        async stop() {
          isOver = true;
          await done;
        },
      };
    }

    for (const victim of ['the platform', 'its store'] as const) {
      test(`${victim} is killed while objects are written: what was acknowledged is there`, async () => {
        const target = victim === 'the platform' ? platform : store;
        const putting = keepPutting(`kill-${victim.replaceAll(' ', '-')}`);
        for (const wanted of [3, 6]) {
          await until(`${wanted} objects`, async () => putting.acknowledged.size >= wanted || undefined);
          await target.kill9();
          await target.restart();
        }
        await until('objects after the kills', async () => putting.acknowledged.size >= 9 || undefined);
        await putting.stop();
        for (const [key, expected] of putting.acknowledged) assert.equal(hash(await bench.read(key)), expected, key);
      });
    }

    test('a store that is away answers 503 and stops no job for good', async () => {
      await put('away/large', Buffer.alloc(mebibyte, 'x'));
      await store.kill9();
      const impatient = platform.client<S3Client>(s3.constructor as never);
      const refused = { name: 'ServiceUnavailable', $metadata: { httpStatusCode: 503 } };
      const isRefused = (error: Error & { $metadata?: { httpStatusCode?: number } }) => {
        assert.equal(error.name, refused.name);
        assert.equal(error.$metadata?.httpStatusCode, 503);
        return true;
      };
      await assert.rejects(impatient.send(new GetObjectCommand({ Bucket, Key: 'away/large' })), isRefused);
      const job = bench.train('waits-for-its-input', {
        ...scripted(`${tell}\ntell('seen', len(open('/opt/ml/input/data/input/large').read()))`),
        InputDataConfig: [
          {
            ChannelName: 'input',
            DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${Bucket}/away/` } },
          },
        ],
      });
      await bench.put('small', 'in the database');
      await store.restart();
      assert.equal((await job).TrainingJobStatus, 'Completed');
    });

    test('a reset empties it', async () => {
      const authorization = `Bearer ${platform.credentials.secretAccessKey}`;
      const answer = await fetch(`${platform.endpoint}/_clary/reset`, { method: 'POST', headers: { authorization } });
      assert.equal(answer.status, 200);
      assert.equal(await blobs(), 0);
    });
  });
}
