/** Sixteen writers and sixteen readers while the server is killed (-9) twenty times: what was acknowledged is there whole, what was not leaves no trace. */
import assert from 'node:assert/strict';
import { readdir, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { type PlatformProcess, startPlatformProcess } from '../harness/platform.ts';
import { bodyOf, Ledger } from './s3-ledger.ts';

const kills = 20;
const Bucket = 'soak';
const sizes = [64, 1000, 40_000, 300_000];
const partSize = 5 * 1024 * 1024;
const seed = Number(process.env.CLARY_TEST_SEED ?? 7);

let platform: PlatformProcess;
let s3: S3Client;
const ledger = new Ledger();
before(async () => {
  platform = await startPlatformProcess();
  s3 = platform.client(S3Client);
  await s3.send(new CreateBucketCommand({ Bucket }));
});
after(() => platform[Symbol.asyncDispose]());

/** mulberry32: the same dice for the same seed. */
function dice(start: number): (sides: number) => number {
  let state = start;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}

let killed = 0;
let acknowledged = 0;
let isDown = false;
let up: Promise<void> = Promise.resolve();
const killerDice = dice(seed);
let killAt = 20;

/** A random moment is one behind the n-th acknowledged operation, while thirty others are under way. */
function count(): void {
  acknowledged += 1;
  if (isDown || killed === kills || acknowledged < killAt) return;
  isDown = true;
  killed += 1;
  up = (async () => {
    await platform.kill9();
    await platform.restart();
    isDown = false;
    killAt = acknowledged + 1 + killerDice(60);
  })();
}

/** Undefined where the kill took the answer away; any other failure is one. */
async function unlessKilled<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
  await up;
  const before = killed;
  try {
    const answer = await ask();
    count();
    return answer;
  } catch (error) {
    if (error instanceof S3ServiceException && error.$response !== undefined) throw error;
    if (before === killed) throw error;
    return undefined;
  }
}

async function write(key: string, roll: (sides: number) => number): Promise<void> {
  if (roll(6) === 0) {
    const number = ledger.try(key, 'delete');
    const done = await unlessKilled(() => s3.send(new DeleteObjectCommand({ Bucket, Key: key })));
    if (done) ledger.acknowledge(key, number);
    return;
  }
  const size = sizes[roll(sizes.length)] ?? 0;
  const number = ledger.try(key, 'put', size);
  const Body = bodyOf(key, number, size);
  if (await unlessKilled(() => s3.send(new PutObjectCommand({ Bucket, Key: key, Body })))) {
    ledger.acknowledge(key, number);
  }
}

/** Two parts; whatever a kill interrupts is begun anew, and its remains stay behind. */
async function writeInParts(key: string, roll: (sides: number) => number): Promise<void> {
  const size = partSize + 1 + roll(50_000);
  const number = ledger.try(key, 'put', size);
  const body = bodyOf(key, number, size);
  const begun = await unlessKilled(() => s3.send(new CreateMultipartUploadCommand({ Bucket, Key: key })));
  if (!begun) return;
  const upload = { Bucket, Key: key, UploadId: begun.UploadId };
  const Parts = [];
  for (const [PartNumber, Body] of [body.subarray(0, partSize), body.subarray(partSize)].entries()) {
    const part = { ...upload, PartNumber: PartNumber + 1, Body };
    const sent = await unlessKilled(() => s3.send(new UploadPartCommand(part)));
    if (!sent) return;
    Parts.push({ PartNumber: PartNumber + 1, ETag: sent.ETag, ChecksumCRC32: sent.ChecksumCRC32 });
  }
  const complete = new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } });
  if (await unlessKilled(() => s3.send(complete))) ledger.acknowledge(key, number);
}

async function fetched(key: string): Promise<Buffer | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: key }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  } catch (error) {
    if (error instanceof S3ServiceException && error.name === 'NoSuchKey') return undefined;
    throw error;
  }
}

async function read(key: string): Promise<void> {
  const since = ledger.acknowledged(key);
  const answer = await unlessKilled(async () => ({ bytes: await fetched(key) }));
  if (answer) ledger.check(key, answer.bytes, since);
}

const isOver = () => killed === kills && !isDown && acknowledged >= killAt;

async function writer(number: number): Promise<void> {
  const roll = dice(seed * 1000 + number);
  while (!isOver()) {
    if (number < 2) await writeInParts(`parts/${number}`, roll);
    else await write(`writer-${number}/${roll(6)}`, roll);
  }
}

async function reader(number: number): Promise<void> {
  const roll = dice(seed * 2000 + number);
  while (!isOver()) {
    const key = ledger.keys[roll(ledger.keys.length)];
    if (key) await read(key);
    else await up;
  }
}

async function listed(): Promise<Map<string, number>> {
  const { Contents = [], IsTruncated } = await s3.send(new ListObjectsV2Command({ Bucket }));
  assert.equal(IsTruncated, false);
  return new Map(Contents.map(({ Key = '', Size = -1 }) => [Key, Size]));
}

async function blobFiles(): Promise<string[]> {
  const entries = await readdir(join(platform.dataDir, 'blobs'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function blobBytes(): Promise<number> {
  // What the collector takes away while we look counts nothing.
  const found = await Promise.all((await blobFiles()).map((file) => stat(file).catch(() => ({ size: 0 }))));
  return found.reduce((sum, { size }) => sum + size, 0);
}

/** Orphans are freed once they are an hour old, at a start: lets that hour pass. */
async function letOrphansAge(): Promise<void> {
  await platform.kill9();
  const hoursAgo = new Date(Date.now() - 3 * 60 * 60 * 1000);
  for (const file of await blobFiles()) await utimes(file, hoursAgo, hoursAgo);
  await platform.restart();
}

async function until(what: string, ask: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await ask())) assert.ok(performance.now() < deadline, `${what} within a minute`);
}

describe('survives twenty kills at random moments', () => {
  test('readers never see less than what was acknowledged, nor half of anything', async (t) => {
    const everybody = Array.from({ length: 16 }, (_, number) => [writer(number), reader(number)]).flat();
    await Promise.all(everybody);
    await up;
    t.diagnostic(`seed ${seed}: ${acknowledged} operations acknowledged, ${killed} kills`);
    assert.equal(killed, kills);
  });

  test('every acknowledged object is there, and what is listed is whole', async () => {
    const listing = await listed();
    for (const key of ledger.keys) {
      const bytes = await fetched(key);
      ledger.check(key, bytes, ledger.acknowledged(key));
      assert.equal(listing.get(key), bytes?.length, `${key} is listed otherwise than it is read`);
      listing.delete(key);
    }
    assert.deepEqual([...listing.keys()], []);
  });

  test('no bytes are kept that no object has', async () => {
    const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
    for (const { Key, UploadId } of Uploads) {
      await s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    }
    const kept = [...(await listed()).values()].reduce((sum, size) => sum + size, 0);
    await letOrphansAge();
    // A store may frame or encrypt what it keeps.
    await until(`no more than the objects' ${kept} bytes`, async () => (await blobBytes()) <= kept * 1.05);
    for (const key of ledger.keys) ledger.check(key, await fetched(key), ledger.acknowledged(key));
  });

  test('nor any when all are deleted', async () => {
    const Objects = [...(await listed()).keys()].map((Key) => ({ Key }));
    await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    await until('no file is left', async () => (await blobFiles()).length === 0);
  });
});
