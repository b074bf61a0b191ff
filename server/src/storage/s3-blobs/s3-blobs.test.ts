/** Blobs in a bucket, of a second Clary and of versitygw. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { connect, createServer, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3';
import { type S3Store, s3Stores } from '../../../../test/harness/s3-stores.ts';
import { createLog } from '../../kit/log.ts';
import { Unavailable } from '../../kit/unavailable.ts';
import { type Blobs, newBlobId } from '../blobs.ts';
import { emptyS3Blobs, openS3Blobs, type S3BlobsOptions } from './s3-blobs.ts';

const Bucket = 'blobs';
const mebibyte = 2 ** 20;
const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function* pieces(...parts: (string | Uint8Array)[]): AsyncIterable<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

async function* slices(bytes: Uint8Array, length = 300_000): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

/** Forwards connections to the endpoint; the first `cuts` of them break after so many bytes of an answer. */
async function startCutter(endpoint: string, cuts: number, bytes: number) {
  const { hostname, port } = new URL(endpoint);
  const sockets = new Set<Socket>();
  const state = { cuts: 0, isCutting: false };
  const server = createServer((client) => {
    const store = connect(Number(port), hostname);
    for (const socket of [client, store]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        client.destroy();
        store.destroy();
      });
    }
    client.pipe(store);
    let passed = 0;
    store.on('data', (chunk) => {
      client.write(chunk);
      passed += chunk.length;
      if (!state.isCutting || passed < bytes || state.cuts >= cuts) return;
      state.cuts += 1;
      client.destroy();
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    state,
    endpoint: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

for (const { name, start, skip } of s3Stores) {
  describe(`blobs in a bucket of ${name}`, { skip }, () => {
    let store: S3Store;
    const lines: string[] = [];
    const options = (url: string, changes: Partial<S3BlobsOptions> = {}): S3BlobsOptions => ({
      url,
      endpoint: store.endpoint,
      region: store.region,
      credentials: store.credentials,
      owner: 'this',
      log: createLog('info', (line) => lines.push(line)),
      ...changes,
    });
    const open = (prefix: string) => openS3Blobs(options(`s3://${Bucket}/${prefix}`));
    const keys = async (Prefix: string) =>
      ((await store.client.send(new ListObjectsV2Command({ Bucket, Prefix }))).Contents ?? []).map(({ Key }) => Key);
    const ids = async (prefix: string) => (await keys(prefix)).filter((key) => /[0-9a-f]{32}$/.test(key ?? ''));
    const uploads = async (Prefix: string) =>
      (await store.client.send(new ListMultipartUploadsCommand({ Bucket, Prefix }))).Uploads ?? [];
    const read = async (blobs: Blobs, ...args: Parameters<Blobs['open']>) => buffer(await blobs.open(...args));

    before(async () => {
      store = await start();
      await store.client.send(new CreateBucketCommand({ Bucket }));
    });
    after(() => store[Symbol.asyncDispose]());

    test('keeps bytes and gives ranges of them, under the id that it is given', async () => {
      const blobs = await open('short');
      const blob = await blobs.put(pieces('hello', '', ' world'));
      assert.match(blob.id, /^[0-9a-f]{32}$/);
      assert.equal(blob.size, 11);
      assert.deepEqual(await ids('short/'), [`short/${blob.id.slice(0, 2)}/${blob.id.slice(2, 4)}/${blob.id}`]);
      assert.equal(String(await read(blobs, blob.id)), 'hello world');
      assert.equal(String(await read(blobs, blob.id, { start: 4, end: 6 })), 'o w');
      assert.equal(String(await read(blobs, blob.id, { start: 4, end: 99 })), 'o world');
      const upper = (bytes: Uint8Array) => Buffer.from(String(Buffer.from(bytes)).toUpperCase());
      assert.equal(String(await read(blobs, blob.id, undefined, upper)), 'HELLO WORLD');
      const id = newBlobId();
      assert.deepEqual(await blobs.put(pieces(), id), { id, size: 0 });
      assert.equal((await read(blobs, id)).length, 0);
    });

    test('sends what is long in parts, many at once, each its own', async () => {
      const blobs = await open('long');
      const contents = [20 * mebibyte + 7, 8 * mebibyte, 16 * mebibyte, 8 * mebibyte + 1].map((n) => randomBytes(n));
      const made = await Promise.all(contents.map((content) => blobs.put(slices(content))));
      assert.deepEqual(
        made.map(({ size }) => size),
        contents.map(({ length }) => length),
      );
      const found = await Promise.all(made.map(async ({ id }) => hash(await read(blobs, id))));
      assert.deepEqual(found, contents.map(hash));
      const [{ id } = { id: '' }] = made;
      const range = { start: 8 * mebibyte - 3, end: 8 * mebibyte + 3 };
      assert.deepEqual(await read(blobs, id, range), contents[0]?.subarray(range.start, range.end + 1));
      assert.deepEqual(await uploads('long/'), []);
    });

    test('a source that fails leaves nothing behind, short or long', async () => {
      const blobs = await open('fails');
      for (const length of [1000, 20 * mebibyte]) {
        async function* failing(): AsyncIterable<Uint8Array> {
          yield* slices(randomBytes(length));
          throw new Error('the connection broke');
        }
        await assert.rejects(blobs.put(failing()), /the connection broke/);
      }
      assert.deepEqual(await ids('fails/'), []);
      assert.deepEqual(await uploads('fails/'), []);
    });

    test('removes several at once, and again without complaint', async () => {
      const blobs = await open('remove');
      const made = await Promise.all(['x', 'y', 'z'].map((text) => blobs.put(pieces(text))));
      const [kept = '', ...gone] = made.map(({ id }) => id);
      await blobs.remove(...gone);
      await blobs.remove(...gone);
      await blobs.remove();
      assert.equal(String(await read(blobs, kept)), 'x');
      for (const id of gone) await assert.rejects(blobs.open(id), { code: 'ENOENT' });
    });

    test('sweeps old blobs and uploads that no row names, and nothing else', async () => {
      const blobs = await open('sweep');
      const [known, old] = [await blobs.put(pieces('k')), await blobs.put(pieces('o'))];
      const before = await keys('sweep/');
      const Key = `sweep/${known.id.slice(0, 2)}/${known.id.slice(2, 4)}/${known.id}`;
      await store.client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
      const used = async () => new Set([known.id]);
      assert.equal(await blobs.sweep(used, 60_000), 0);
      assert.equal((await uploads('sweep/')).length, 1);
      assert.equal(await blobs.sweep(used, -60_000), 1);
      assert.deepEqual(await uploads('sweep/'), []);
      assert.equal(String(await read(blobs, known.id)), 'k');
      await assert.rejects(blobs.open(old.id), { code: 'ENOENT' });
      const marks = (await keys('sweep/')).filter((key) => !before.includes(key));
      assert.deepEqual(marks, ['sweep/clary-clock']);
    });

    test('a reset removes every blob below the prefix, and none beside it', async () => {
      const [blobs, beside] = [await open('reset'), await open('reset-not')];
      const { id } = await blobs.put(pieces('x'));
      const other = await beside.put(pieces('y'));
      await emptyS3Blobs(options(`s3://${Bucket}/reset`));
      await assert.rejects(blobs.open(id), { code: 'ENOENT' });
      assert.equal(String(await read(beside, other.id)), 'y');
    });

    test('refuses ids that it did not make', async () => {
      const blobs = await open('ids');
      for (const id of ['../../etc/passwd', '', 'A'.repeat(32), `${'a'.repeat(32)}/`]) {
        await assert.rejects(blobs.open(id), /not a blob id/);
        await assert.rejects(async () => blobs.remove(id), /not a blob id/);
        await assert.rejects(blobs.put(pieces('x'), id), /not a blob id/);
      }
    });

    test('refuses a bucket that is missing, keys that are wrong and the prefix of another platform', async () => {
      const refuses = (changes: Partial<S3BlobsOptions>, message: RegExp) =>
        assert.rejects(openS3Blobs(options(`s3://${Bucket}/refuses`, changes)), message);
      await refuses({ url: 's3://not-there/x' }, /^Error: the bucket not-there of --blobs does not exist at http/);
      const wrong = { accessKeyId: store.credentials.accessKeyId, secretAccessKey: 'wrong' };
      await refuses({ credentials: wrong }, /^Error: http\S+ refuses the credentials for s3:\/\/blobs\/refuses/);
      await openS3Blobs(options(`s3://${Bucket}/refuses`));
      await refuses({ owner: 'that' }, /holds the blobs of another platform: start with another prefix/);
      await refuses({ endpoint: 'http://127.0.0.1:1' }, /cannot be reached for s3:\/\/blobs\/refuses \(ECONNREFUSED/);
      assert.ok(!lines.some((line) => line.includes(store.credentials.secretAccessKey)));
      assert.deepEqual(await keys('refuses/'), ['refuses/clary-owner']);
    });

    test('a download continues where its connection broke', async () => {
      const content = randomBytes(4 * mebibyte);
      await using cutter = await startCutter(store.endpoint, 3, mebibyte);
      const blobs = await openS3Blobs(options(`s3://${Bucket}/cut`, { endpoint: cutter.endpoint }));
      const { id } = await blobs.put(slices(content));
      cutter.state.isCutting = true;
      assert.equal(hash(await read(blobs, id)), hash(content));
      assert.equal(cutter.state.cuts, 3);
      blobs.close();
    });

    test('is unavailable while its store is away, says so once, and works when it is back', async () => {
      const blobs = await open('away');
      const content = randomBytes(9 * mebibyte);
      const { id } = await blobs.put(slices(content));
      lines.length = 0;
      await store.kill9();
      await assert.rejects(blobs.open(id), Unavailable);
      await assert.rejects(blobs.put(slices(content)), Unavailable);
      await assert.rejects(blobs.remove(id), Unavailable);
      await store.restart();
      assert.equal(hash(await read(blobs, id)), hash(content));
      const messages = lines.map((line) => JSON.parse(line)).map(({ level, message }) => `${level} ${message}`);
      assert.deepEqual(messages, [
        'warn blobs: the store is unavailable; requests that need it answer 503',
        'info blobs: the store answers again',
      ]);
    });
  });
}
