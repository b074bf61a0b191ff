/** What no client sees: the events of a write, and what becomes of the bytes that nobody names any more. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { AwsAccess } from '../../contract/aws.ts';
import { AwsError } from '../../contract/aws-error.ts';
import type { Call } from '../../contract/call.ts';
import type { PlatformEvent } from '../../contract/event.ts';
import { soleBackground } from '../../engine/background.ts';
import { openOutbox } from '../../engine/outbox.ts';
import { systemClock } from '../../kit/clock.ts';
import { createLog } from '../../kit/log.ts';
import { migrations } from '../../migrations.ts';
import type { Input, OperationName, Output } from '../../models/types.ts';
import { noChanges } from '../../storage/changes.ts';
import { openFileBlobs } from '../../storage/file-blobs.ts';
import { openSqliteDatabase } from '../../storage/sqlite-database.ts';
import { findUsedBlobs } from './garbage-store.ts';
import { s3Service } from './service.ts';

const account = '000000000000';
const log = createLog('silent', () => {});

async function startService() {
  const dir = await mkdtemp(join(tmpdir(), 'clary-s3-'));
  const database = await openSqliteDatabase({ file: join(dir, 'clary.sqlite'), migrations });
  const blobs = await openFileBlobs({ dir: join(dir, 'blobs') });
  const outbox = await openOutbox({ database, background: soleBackground, clock: systemClock, log });
  const { service, stop } = s3Service({
    database,
    blobs,
    outbox,
    aws: {} as AwsAccess,
    background: soleBackground,
    changes: noChanges,
    clock: systemClock,
    log,
    settings: { defaultEncryption: 'AES256' },
    objectSecret: new Uint8Array(32),
  });
  const events: PlatformEvent[] = [];
  outbox.subscribe({
    name: 'test',
    async deliver(event) {
      events.push(event);
    },
  });
  return {
    events,
    blobs,
    database,
    async do<N extends OperationName<'s3'>>(operation: N, input: Partial<Input<'s3', N>>): Promise<Output<'s3', N>> {
      const call = { ...callAs(account), operation } as Call;
      return (await service.operations.get(operation)?.handle(input, call)) as Output<'s3', N>;
    },
    doAs: (other: string, operation: OperationName<'s3'>, input: object) =>
      service.operations.get(operation)?.handle(input, { ...callAs(other), operation } as Call),
    async files() {
      const entries = await readdir(join(dir, 'blobs'), { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).length;
    },
    async [Symbol.asyncDispose]() {
      await stop();
      await outbox.stop();
      await database.close();
      await rm(dir, { recursive: true });
    },
  };
}

function callAs(caller: string): Partial<Call> {
  return {
    service: 's3',
    account: caller,
    region: 'us-east-1',
    principal: { kind: 'root', account: caller, arn: `arn:aws:iam::${caller}:root`, userId: caller },
    requestId: 'REQUEST',
    now: new Date(),
    sourceIp: '127.0.0.1',
    log,
    signal: new AbortController().signal,
    authorize: () => ({ allowed: true }),
    error: (code, message, options) => new AwsError(code, message, options),
  };
}

/** Waits for what the collector or the outbox do on their own time. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await setImmediate();
}

const body = (content: string) => Readable.from([Buffer.from(content)]);
/** Too large for the database: a file. */
const textOf = (found: unknown) => text(found instanceof Uint8Array ? Readable.from([found]) : (found as Readable));
const large = (letter: string) => letter.repeat(70_000);
const Bucket = 'bucket';
const partSize = 5 * 1024 * 1024;

/** Three parts, of a, b and c. */
async function uploadParts(s3: Awaited<ReturnType<typeof startService>>, Key: string) {
  const { UploadId = '' } = await s3.do('CreateMultipartUpload', { Bucket, Key });
  const Parts = [];
  for (const [index, letter] of ['a', 'b', 'c'].entries()) {
    const part = { Bucket, Key, UploadId, PartNumber: index + 1, Body: body(letter.repeat(partSize)) };
    Parts.push({ PartNumber: index + 1, ETag: (await s3.do('UploadPart', part)).ETag });
  }
  return { Bucket, Key, UploadId, Parts };
}

describe('the service does', () => {
  it("record each object's coming and going as an event", async () => {
    await using s3 = await startService();
    await s3.do('CreateBucket', { Bucket });
    await s3.do('PutObject', { Bucket, Key: 'raw/a b.csv', Body: body('12345') });
    await s3.do('CopyObject', { Bucket, Key: 'copy', CopySource: `${Bucket}/raw/a%20b.csv` });
    await s3.do('DeleteObject', { Bucket, Key: 'raw/a b.csv' });
    await s3.do('DeleteObject', { Bucket, Key: 'never there' });
    await s3.do('DeleteObjects', { Bucket, Delete: { Objects: [{ Key: 'copy' }], Quiet: undefined } });
    await until(() => s3.events.length >= 4);
    assert.deepEqual(
      s3.events.map(({ detailType, detail }) => [detailType, (detail.object as { key: string }).key, detail.reason]),
      [
        ['Object Created', 'raw/a b.csv', 'PutObject'],
        ['Object Created', 'copy', 'CopyObject'],
        ['Object Deleted', 'raw/a b.csv', 'DeleteObject'],
        ['Object Deleted', 'copy', 'DeleteObject'],
      ],
    );
    const [created, , deleted] = s3.events;
    assert.equal(created?.source, 'aws.s3');
    assert.deepEqual(created?.resources, ['arn:aws:s3:::bucket']);
    const { sequencer, ...object } = (created?.detail.object ?? {}) as Record<string, unknown>;
    assert.match(String(sequencer), /^[0-9A-F]{18}$/);
    assert.deepEqual(object, { key: 'raw/a b.csv', size: 5, etag: '827ccb0eea8a706c4c34a16891f84e7b' });
    assert.equal(created?.detail['request-id'], 'REQUEST');
    assert.equal(deleted?.detail['deletion-type'], 'Permanently Deleted');
  });

  it('send a test event when destinations are configured, none to EventBridge', async () => {
    await using s3 = await startService();
    await s3.do('CreateBucket', { Bucket });
    const configure = (NotificationConfiguration: object) =>
      s3.do('PutBucketNotificationConfiguration', { Bucket, NotificationConfiguration });
    await configure({ EventBridgeConfiguration: {} });
    const QueueArn = 'arn:aws:sqs:us-east-1:000000000000:q';
    await configure({ QueueConfigurations: [{ QueueArn, Events: ['s3:ObjectCreated:*'] }] });
    await until(() => s3.events.length >= 1);
    assert.deepEqual(
      s3.events.map(({ detailType, resources }) => [detailType, resources]),
      [['s3:TestEvent', ['arn:aws:s3:::bucket']]],
    );
  });

  it('free the bytes of what is replaced, deleted or aborted, and only those', async () => {
    await using s3 = await startService();
    await s3.do('CreateBucket', { Bucket });
    await s3.do('PutObject', { Bucket, Key: 'k', Body: body(large('1')) });
    await s3.do('PutObject', { Bucket, Key: 'k', Body: body(large('2')) });
    await until(async () => (await s3.files()) === 1);
    await s3.do('CopyObject', { Bucket, Key: 'copy', CopySource: `${Bucket}/k` });
    await s3.do('DeleteObject', { Bucket, Key: 'k' });
    await s3.do('PutObject', { Bucket, Key: 'other', Body: body(large('x')) });
    await s3.do('DeleteObject', { Bucket, Key: 'other' });
    // `other` was discarded after `k`: when its bytes are gone, those of `k` have been looked at.
    await until(async () => (await s3.files()) === 1);
    const { Body: found, ContentType: type } = await s3.do('GetObject', { Bucket, Key: 'copy' });
    assert.equal(await textOf(found), large('2'));
    assert.equal(type, 'binary/octet-stream');
    const upload = { Bucket, Key: 'upload' };
    const { UploadId = '' } = await s3.do('CreateMultipartUpload', upload);
    await s3.do('UploadPart', { ...upload, UploadId, PartNumber: 1, Body: body(large('a')) });
    await s3.do('UploadPart', { ...upload, UploadId, PartNumber: 1, Body: body(large('b')) });
    await s3.do('AbortMultipartUpload', { ...upload, UploadId });
    await s3.do('DeleteObject', { Bucket, Key: 'copy' });
    await until(async () => (await s3.files()) === 0);
  });

  it('make one object of its parts without moving a byte, and free them with their last copy', async () => {
    await using s3 = await startService();
    await s3.do('CreateBucket', { Bucket });
    const { Parts, ...upload } = await uploadParts(s3, 'k');
    assert.equal(await s3.files(), 3);
    await s3.do('CompleteMultipartUpload', { ...upload, MultipartUpload: { Parts: Parts.slice(0, 2) } });
    // The third was uploaded and not chosen.
    await until(async () => (await s3.files()) === 2);
    await s3.do('CopyObject', { Bucket, Key: 'copy', CopySource: `${Bucket}/k` });
    await s3.do('DeleteObject', { Bucket, Key: 'k' });
    const { Body: found } = await s3.do('GetObject', { Bucket, Key: 'copy' });
    assert.equal(await textOf(found), 'a'.repeat(partSize) + 'b'.repeat(partSize));
    assert.equal(await s3.files(), 2);
    await s3.do('DeleteObject', { Bucket, Key: 'copy' });
    await until(async () => (await s3.files()) === 0);
  });

  it('keep one blob of many writers of one key', async () => {
    await using s3 = await startService();
    await s3.do('CreateBucket', { Bucket });
    const texts = Array.from({ length: 24 }, (_, index) => large(String.fromCharCode(97 + index)));
    await Promise.all(texts.map((content) => s3.do('PutObject', { Bucket, Key: 'k', Body: body(content) })));
    await until(async () => (await s3.files()) === 1);
    const { Body: found } = await s3.do('GetObject', { Bucket, Key: 'k' });
    assert.ok(texts.includes(await textOf(found)));
  });

  it('let one of many writers win who will not overwrite', async () => {
    await using s3 = await startService();
    await s3.do('CreateBucket', { Bucket });
    const write = () => s3.do('PutObject', { Bucket, Key: 'k', Body: body(large('x')), IfNoneMatch: '*' });
    const outcomes = await Promise.allSettled(Array.from({ length: 12 }, write));
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    assert.equal(await s3.files(), 1);
  });
});

describe('the service survives', () => {
  it('an object being replaced while it is read', async () => {
    await using s3 = await startService();
    await s3.do('CreateBucket', { Bucket });
    const content = 'x'.repeat(3_000_000);
    await s3.do('PutObject', { Bucket, Key: 'k', Body: body(content) });
    const { Body: found } = await s3.do('GetObject', { Bucket, Key: 'k' });
    await s3.do('PutObject', { Bucket, Key: 'k', Body: body(large('n')) });
    await until(async () => (await s3.files()) === 1);
    assert.equal(await textOf(found), content);
  });

  it('an object of parts being replaced while its first part is read', async () => {
    await using s3 = await startService();
    await s3.do('CreateBucket', { Bucket });
    const { Parts, ...upload } = await uploadParts(s3, 'k');
    await s3.do('CompleteMultipartUpload', { ...upload, MultipartUpload: { Parts } });
    const { Body: found } = await s3.do('GetObject', { Bucket, Key: 'k' });
    const chunks = (found as Readable)[Symbol.asyncIterator]();
    let size = (await chunks.next()).value.length;
    await s3.do('DeleteObject', { Bucket, Key: 'k' });
    // What is discarded after it is gone before it: it is kept for its reader.
    await s3.do('PutObject', { Bucket, Key: 'other', Body: body(large('x')) });
    await s3.do('DeleteObject', { Bucket, Key: 'other' });
    await until(async () => (await s3.files()) === 3);
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) size += next.value.length;
    assert.equal(size, 3 * partSize);
  });

  it('readers among writers', async () => {
    await using s3 = await startService();
    await s3.do('CreateBucket', { Bucket });
    const write = (index: number) =>
      s3.do('PutObject', { Bucket, Key: 'k', Body: body(String(index).repeat(index % 3 ? 1000 : 70_000)) });
    await write(0);
    const read = async () => {
      const answer = await s3.do('GetObject', { Bucket, Key: 'k' });
      assert.match(await textOf(answer.Body), /^(\d)\1+$/);
    };
    await Promise.all(Array.from({ length: 60 }, (_, index) => (index % 2 ? write(index % 10) : read())));
  });

  it('a body that breaks off: nothing is kept', async () => {
    await using s3 = await startService();
    await s3.do('CreateBucket', { Bucket });
    async function* broken() {
      yield Buffer.from(large('h'));
      throw new Error('connection lost');
    }
    const write = s3.do('PutObject', { Bucket, Key: 'k', Body: Readable.from(broken()) });
    await assert.rejects(write, { message: 'connection lost' });
    await assert.rejects(s3.do('PutObject', { Bucket, Key: 'k', Body: body(large('h')), ContentLength: 80_000 }), {
      code: 'IncompleteBody',
    });
    await assert.rejects(s3.do('GetObject', { Bucket, Key: 'k' }), { code: 'NoSuchKey' });
    assert.equal(await s3.files(), 0);
  });

  it('a stop between bytes and row: the sweep removes what nobody names', async () => {
    await using s3 = await startService();
    await s3.do('CreateBucket', { Bucket });
    await s3.do('PutObject', { Bucket, Key: 'k', Body: body(large('n')) });
    const upload = { Bucket, Key: 'upload' };
    const { UploadId = '' } = await s3.do('CreateMultipartUpload', upload);
    await s3.do('UploadPart', { ...upload, UploadId, PartNumber: 1, Body: body(large('p')) });
    await s3.blobs.put(body('orphan'));
    assert.equal(await s3.files(), 3);
    const swept = await s3.blobs.sweep((ids) => findUsedBlobs(s3.database, ids), -60_000);
    assert.deepEqual([swept, await s3.files()], [1, 2]);
    const { Body: found } = await s3.do('GetObject', { Bucket, Key: 'k' });
    assert.equal(await textOf(found), large('n'));
  });
});

describe('the service refuses', () => {
  it('a trailer that does not match, is missing or is no checksum, and keeps nothing', async () => {
    await using s3 = await startService();
    await s3.do('CreateBucket', { Bucket });
    const name = 'x-amz-checksum-crc32c';
    const put = (trailers: Record<string, string>) =>
      s3.do('PutObject', {
        Bucket,
        Key: 'k',
        Body: Object.assign(body('123456789'), { trailerNames: name, trailers }),
      });
    await assert.rejects(put({ [name]: 'AAAAAA==' }), { code: 'BadDigest' });
    await assert.rejects(put({}), { code: 'InvalidRequest', message: /^x-amz-sdk-checksum-algorithm specified, but/ });
    await assert.rejects(put({ [name]: 'short' }), { code: 'InvalidRequest' });
    assert.equal(await s3.files(), 0);
    assert.equal((await put({ [name]: '4waSgw==' })).ChecksumCRC32C, '4waSgw==');
  });

  it('other accounts, whatever their own policies say', async () => {
    await using s3 = await startService();
    await s3.do('CreateBucket', { Bucket });
    await s3.do('PutObject', { Bucket, Key: 'k', Body: body('mine') });
    for (const [operation, input] of [
      ['GetObject', { Bucket, Key: 'k' }],
      ['PutObject', { Bucket, Key: 'k', Body: body('theirs') }],
      ['DeleteObject', { Bucket, Key: 'k' }],
      ['ListObjectsV2', { Bucket }],
      ['DeleteBucket', { Bucket }],
    ] as const) {
      await assert.rejects(async () => s3.doAs('111111111111', operation, input), {
        code: 'AccessDenied',
        status: 403,
      });
    }
    await assert.rejects(async () => s3.doAs('111111111111', 'CreateBucket', { Bucket }), {
      code: 'BucketAlreadyExists',
      status: 409,
    });
  });
});
