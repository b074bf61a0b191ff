/** S3 at its edges, seen from outside: odd keys, one key for everybody, bodies that end too early. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { startPlatform, type TestPlatform } from '../harness/platform.ts';
import { dial, exchange, signedHead } from './s3-raw.ts';

const Bucket = 'limits';
const everybody = Array.from({ length: 32 }, (_, number) => number);
let platform: TestPlatform;
let s3: S3Client;
before(async () => {
  platform = await startPlatform();
  s3 = platform.client(S3Client);
  await s3.send(new CreateBucketCommand({ Bucket }));
});
after(() => platform[Symbol.asyncDispose]());

const put = (Key: string, Body: string | Uint8Array, conditions = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ...conditions }));

async function get(Key: string): Promise<{ body: string; etag: string } | undefined> {
  try {
    const { Body, ETag = '' } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return { body: (await Body?.transformToString()) ?? '', etag: ETag };
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  }
}

const remove = (Key: string) => s3.send(new DeleteObjectCommand({ Bucket, Key }));

async function files(): Promise<number> {
  const entries = await readdir(join(platform.dataDir, 'blobs'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
}

async function until(what: string, ask: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await ask())) assert.ok(performance.now() < deadline, `${what} within a minute`);
}

/** Each of ASCII, and the first and last characters that UTF-8 writes in two, three and four bytes, about the surrogates where UTF-16 sorts otherwise. */
const characters = [
  ...Array.from({ length: 127 }, (_, code) => String.fromCodePoint(code + 1)),
  ...[0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xfeff, 0xfffd, 0xffff, 0x1_0000, 0x1_f600, 0x10_ffff].map((code) =>
    String.fromCodePoint(code),
  ),
];
const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

describe('odd keys do', () => {
  const keys = characters.flatMap((character) => [`odd/${character}`, `odd/${character}b`]).sort(byBytes);
  before(async () => {
    for (let from = 0; from < keys.length; from += 16) {
      await Promise.all(keys.slice(from, from + 16).map((key) => put(key, key)));
    }
  });

  test('come back with their bytes and in the order of bytes, page by page, in both listings', async () => {
    await Promise.all(keys.map(async (key) => assert.equal((await get(key))?.body, key, JSON.stringify(key))));
    const request = { Bucket, Prefix: 'odd/', EncodingType: 'url' as const, MaxKeys: 50 };
    const names = (contents: { Key?: string }[] = []) =>
      contents.map(({ Key = '' }) => decodeURIComponent(Key.replaceAll('+', ' ')));
    const second: string[] = [];
    for (let token: string | undefined, more = true; more; more = token !== undefined) {
      const page = await s3.send(new ListObjectsV2Command({ ...request, ContinuationToken: token }));
      second.push(...names(page.Contents));
      token = page.NextContinuationToken;
    }
    assert.deepEqual(second, keys);
    const first: string[] = [];
    for (let more = true; more; ) {
      const page = await s3.send(new ListObjectsCommand({ ...request, Marker: first.at(-1) }));
      first.push(...names(page.Contents));
      more = page.IsTruncated === true;
    }
    assert.deepEqual(first, keys);
  });

  test('begin a listing and end a common prefix', async () => {
    const each = async (character: string) => {
      const StartAfter = `odd/${character}`;
      const { Contents: [next] = [] } = await s3.send(
        new ListObjectsV2Command({ Bucket, StartAfter, MaxKeys: 1, Prefix: 'odd/', EncodingType: 'url' }),
      );
      const expected = keys[keys.indexOf(StartAfter) + 1];
      assert.equal(next?.Key && decodeURIComponent(next.Key.replaceAll('+', ' ')), expected);
      const { CommonPrefixes = [] } = await s3.send(
        new ListObjectsV2Command({ Bucket, Prefix: 'odd/', Delimiter: `${character}b`, EncodingType: 'url' }),
      );
      const prefixes = CommonPrefixes.map(({ Prefix = '' }) => decodeURIComponent(Prefix.replaceAll('+', ' ')));
      assert.deepEqual(prefixes, [`odd/${character}b`]);
    };
    await Promise.all(characters.map(each));
  });
});

describe('raw paths refuse', () => {
  for (const path of ['%FF', 'a%C0%80b', '%ED%A0%80', '%E2%82', '%', '%2', '%GG']) {
    test(`${path}, which is no text`, async () => {
      const answer = await exchange(
        platform,
        signedHead(platform, 'PUT', `/${Bucket}/${path}`, { 'content-length': '1' }),
        'x',
      );
      // What cannot be read cannot be signed for either, so the signature may be what is refused.
      assert.match(answer, /^HTTP\/1\.1 (400|403) /);
    });
  }
});

describe('one key for thirty-two clients does', () => {
  test('hold one whole body of those sent, and a reader never sees another', async () => {
    const bodies = everybody.map((number) => `${number} `.repeat(20_000));
    const seen = new Set(bodies);
    await put('shared', bodies[0] ?? '');
    const readers = everybody.map(async () => {
      for (let round = 0; round < 4; round++) {
        const found = await get('shared');
        if (!found) continue;
        assert.ok(seen.has(found.body), 'a body that nobody sent');
        assert.equal(found.etag, `"${createHash('md5').update(found.body).digest('hex')}"`);
      }
    });
    const writers = everybody.map(async (number) => {
      for (let round = 0; round < 4; round++) {
        if ((number + round) % 4 === 0) await remove('shared');
        else await put('shared', bodies[number] ?? '');
      }
    });
    await Promise.all([...readers, ...writers]);
    await put('shared', bodies[5] ?? '');
    assert.equal((await get('shared'))?.body, bodies[5]);
  });

  test('let one of them make it', async () => {
    const made = await Promise.allSettled(everybody.map((number) => put('made', `${number}`, { IfNoneMatch: '*' })));
    const refusals = made.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.name] : []));
    assert.deepEqual(
      refusals,
      Array.from({ length: 31 }, () => 'PreconditionFailed'),
    );
    const winner = made.findIndex((outcome) => outcome.status === 'fulfilled');
    assert.equal((await get('made'))?.body, `${winner}`);
  });

  test('count without losing one, by If-Match', async () => {
    await put('count', '0');
    const add = async (): Promise<void> => {
      const found = await get('count');
      const next = `${Number(found?.body) + 1}`;
      const refused = await put('count', next, { IfMatch: found?.etag }).then(
        () => undefined,
        (error: Error) => error.name,
      );
      if (refused === undefined) return;
      assert.ok(['PreconditionFailed', 'ConditionalRequestConflict'].includes(refused), refused);
      return add();
    };
    await Promise.all(everybody.slice(0, 12).map(add));
    assert.equal((await get('count'))?.body, '12');
  });

  test('complete the same upload, and the object is there once', async () => {
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'parts' }));
    const upload = { Bucket, Key: 'parts', UploadId };
    const { ETag } = await s3.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'part' }));
    const complete = () =>
      s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } }));
    const outcomes = await Promise.allSettled([
      ...everybody.map(complete),
      s3.send(new AbortMultipartUploadCommand(upload)),
    ]);
    const words = outcomes.map((outcome) => (outcome.status === 'fulfilled' ? 'done' : outcome.reason.name));
    assert.ok(words.includes('done'), words.join());
    assert.deepEqual(
      [...new Set(words)].filter((word) => word !== 'done' && word !== 'NoSuchUpload'),
      [],
    );
    const completed = words.slice(0, -1).includes('done');
    assert.equal((await get('parts'))?.body, completed ? 'part' : undefined);
  });
});

describe('a body that ends too early survives as nothing', () => {
  const halves = {
    'of a plain upload': { head: { 'content-length': '1000000' }, body: Buffer.alloc(300_000, 'x') },
    'in chunks, between two of them': {
      head: {
        'transfer-encoding': 'chunked',
        'content-encoding': 'aws-chunked',
        'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'x-amz-decoded-content-length': '1000000',
      },
      body: Buffer.from(`20008\r\n1ffff\r\n${'x'.repeat(0x1ffff)}\r\n\r\n`),
    },
    'in chunks of the signed kind, within one': {
      head: {
        'content-length': '1000100',
        'content-encoding': 'aws-chunked',
        'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'x-amz-decoded-content-length': '1000000',
        'x-amz-trailer': 'x-amz-checksum-crc32',
      },
      body: Buffer.from(`f4240\r\n${'x'.repeat(400_000)}`),
    },
  };
  for (const [what, { head, body }] of Object.entries(halves)) {
    for (const how of ['end', 'destroy'] as const) {
      test(`${what}, by ${how === 'end' ? 'a half-closed' : 'a broken'} connection`, async () => {
        const key = `half ${what}`;
        await put(key, 'whole');
        const before = await files();
        const path = `/${Bucket}/${encodeURIComponent(key)}`;
        await Promise.all(
          everybody.map(async () => {
            const socket = await dial(platform);
            socket.on('error', () => {});
            const closed = once(socket, 'close');
            await new Promise((resolve) => {
              socket.write(signedHead(platform, 'PUT', path, head));
              socket.write(body, resolve);
            });
            if (how === 'destroy') socket.destroy();
            else socket.end().resume();
            await closed;
          }),
        );
        assert.equal((await get(key))?.body, 'whole');
        await until('no more files than before', async () => (await files()) <= before);
      });
    }
  }

  test('and a hundred stalled ones do not block other writers', async () => {
    const path = `/${Bucket}/stalled`;
    const sockets = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const socket = await dial(platform);
        socket.on('error', () => {});
        socket.write(signedHead(platform, 'PUT', path, { 'content-length': '1000000' }) + 'x'.repeat(10_000));
        return socket;
      }),
    );
    await Promise.all(everybody.map((number) => put(`beside/${number}`, 'x')));
    assert.equal((await get('stalled'))?.body, undefined);
    for (const socket of sockets) socket.destroy();
  });
});

describe('sizes refuse', () => {
  test('a body above 5 GiB by its length alone, before a byte of it', async () => {
    const socket = await dial(platform);
    const head = { 'content-length': String(5 * 1024 ** 3 + 1), expect: '100-continue' };
    socket.write(signedHead(platform, 'PUT', `/${Bucket}/huge`, head));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    assert.match(answer.toString(), /^HTTP\/1\.1 400 /);
  });
});
