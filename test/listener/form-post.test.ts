/** Browsers' uploads by signed forms: what they do and survive. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { startPlatform, type TestPlatform } from '../harness/platform.ts';
import { type Answer, ask } from './by-hand.ts';
import { Bucket, body, boundary, type Fields, filePart, type Signing, signForm, type } from './signed-form.ts';

let platform: TestPlatform;
let client: S3Client;
before(async () => {
  platform = await startPlatform();
  client = platform.client(S3Client);
  await client.send(new CreateBucketCommand({ Bucket }));
});
after(() => platform[Symbol.asyncDispose]());

const signed = (fields: Fields, signing: Partial<Signing> = {}) =>
  signForm(fields, { credentials: platform.credentials, ...signing });

const post = (content: string | Readable, path = `/${Bucket}`): Promise<Answer> =>
  ask(`${platform.endpoint}${path}`, { method: 'POST', headers: type, body: content });

async function stored(Key: string): Promise<string | undefined> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  return Body?.transformToString();
}

describe('form posts do', () => {
  test('an upload, answered with nothing but its ETag and address', async () => {
    const { status, headers, body: said } = await post(body(signed({ key: 'folder/one.csv' })));
    assert.deepEqual([status, said], [204, '']);
    assert.equal(headers.etag, `"${createHash('md5').update('a,b\n').digest('hex')}"`);
    assert.equal(headers.location, `${platform.endpoint}/${Bucket}/folder%2Fone.csv`);
    assert.equal(headers['content-type'], undefined);
    assert.equal(await stored('folder/one.csv'), 'a,b\n');
    const { ContentType } = await client.send(new HeadObjectCommand({ Bucket, Key: 'folder/one.csv' }));
    assert.equal(ContentType, 'binary/octet-stream');
  });

  test("what a browser's own FormData sends", async () => {
    const form = new FormData();
    for (const [name, value] of Object.entries(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: S3's variable
      signed({ key: 'from/${filename}' }, { conditions: [['starts-with', '$key', 'from/']] }),
    ))
      form.append(name, value);
    form.append('file', new File(['ü€'], 'C:\\a "file".csv'));
    const { status } = await fetch(`${platform.endpoint}/${Bucket}/`, { method: 'POST', body: form });
    assert.equal(status, 204);
    assert.equal(await stored('from/a "file".csv'), 'ü€');
  });

  test('headers and metadata by their fields', async () => {
    const fields = {
      key: 'described',
      'Content-Type': 'text/csv',
      'Cache-Control': 'no-store',
      'x-amz-meta-By': 'a form — ü',
      'x-amz-storage-class': 'STANDARD',
    };
    assert.equal((await post(body(signed(fields)))).status, 204);
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'described' }));
    assert.equal(head.ContentType, 'text/csv');
    assert.equal(head.CacheControl, 'no-store');
    assert.equal(
      Buffer.from(/\?B\?(.*)\?=/.exec(head.Metadata?.by ?? '')?.[1] ?? '', 'base64').toString(),
      'a form — ü',
    );
  });

  test('201 with a document, 200 without, and any other status as 204', async () => {
    const { status, headers, body: said } = await post(body(signed({ key: 'a/ü', success_action_status: '201' })));
    assert.equal(status, 201);
    assert.equal(headers['content-type'], 'application/xml');
    assert.equal(
      said,
      `<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse><Location>${platform.endpoint}/${Bucket}/a%2F%C3%BC</Location><Bucket>${Bucket}</Bucket><Key>a/ü</Key><ETag>&quot;${createHash('md5').update('a,b\n').digest('hex')}&quot;</ETag></PostResponse>`,
    );
    assert.equal((await post(body(signed({ key: 'b', success_action_status: '200' })))).status, 200);
    assert.equal((await post(body(signed({ key: 'c', success_action_status: '404' })))).status, 204);
  });

  test('a redirect, and none to what is no address', async () => {
    const to = (success_action_redirect: string) => post(body(signed({ key: 'a b/c', success_action_redirect })));
    const { status, headers } = await to('https://example.com/done?n=1');
    assert.equal(status, 303);
    assert.match(
      headers.location ?? '',
      /^https:\/\/example\.com\/done\?n=1&bucket=uploads&key=a\+b%2Fc&etag=%22[0-9a-f]{32}%22$/,
    );
    assert.equal((await to('/relative')).status, 204);
    assert.equal((await to('javascript:alert(1)')).status, 204);
  });

  test('buckets as hosts, Version 2, names in any case, and fields to be ignored', async () => {
    const { port } = new URL(platform.endpoint);
    const hosted = await ask(`http://${Bucket}.s3.localhost:${port}/`, {
      method: 'POST',
      headers: type,
      body: body(signed({ key: 'by host' })),
    });
    assert.equal(hosted.status, 204);
    assert.equal(await stored('by host'), 'a,b\n');
    assert.equal((await post(body(signed({ key: 'by v2' }, { version: 2 })))).status, 204);
    const { policy = '', ...rest } = signed({ kEy: 'cases' }, { conditions: [['Starts-With', '$KEY', 'case']] });
    assert.equal((await post(body({ ...rest, POLICY: policy, 'x-ignore-me': '1' }))).status, 204);
  });

  test('temporary credentials', async () => {
    const { Credentials: given } = await platform.client(STSClient).send(new GetSessionTokenCommand({}));
    const credentials = {
      accessKeyId: given?.AccessKeyId ?? '',
      secretAccessKey: given?.SecretAccessKey ?? '',
      sessionToken: given?.SessionToken ?? '',
    };
    assert.equal((await post(body(signed({ key: 'temporary' }, { credentials })))).status, 204);
  });

  test('files of exactly the sizes that the policy allows, and with what looks like a boundary inside', async () => {
    const conditions = [
      ['starts-with', '$key', ''],
      ['content-length-range', 5, '10'],
    ];
    for (const content of ['12345', '1234567890']) {
      assert.equal((await post(body(signed({ key: 'sized' }, { conditions }), filePart(content)))).status, 204);
      assert.equal(await stored('sized'), content);
    }
    const tricky = `\r\n--a--boundar\r\n-- \r\n--${boundary.slice(0, -1)}\r\r\n`;
    assert.equal((await post(body(signed({ key: 'tricky' }), filePart(tricky)))).status, 204);
    assert.equal(await stored('tricky'), tricky);
  });

  test('a large file in whatever pieces, without holding it', async () => {
    const [before$ = '', after$ = ''] = body(signed({ key: 'large' }), filePart('HERE')).split('HERE');
    const size = 48 * 1024 * 1024;
    function* pieces() {
      for (const byte of before$) yield Buffer.from(byte);
      for (let left = size; left > 0; left -= 65_536) {
        yield Buffer.alloc(65_536, 'x');
        if (left % (8 * 1024 * 1024) === 0) held = heldNow() - start;
      }
      for (const byte of after$) yield Buffer.from(byte);
    }
    /** When the last piece is on its way. */
    let held = Number.POSITIVE_INFINITY;
    const start = heldNow();
    const { status } = await post(Readable.from(pieces()));
    assert.equal(status, 204);
    assert.ok(held < size / 4, `${held} bytes of the file were held in memory`);
    const { ContentLength } = await client.send(new HeadObjectCommand({ Bucket, Key: 'large' }));
    assert.equal(ContentLength, size);
  });
});

/**
 * Bytes of buffers in use, without those that only wait to be collected. V8 frees buffers on another thread after
 * a collection, and waits for that thread when the next collection starts: hence two.
 */
function heldNow(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  collect();
  collect();
  return process.memoryUsage().arrayBuffers;
}

describe('form posts survive', () => {
  test('a browser that goes away in the middle of its file, leaving nothing', async () => {
    const content = body(signed({ key: 'cut' }), filePart('x'.repeat(200_000)));
    const { port, host } = new URL(platform.endpoint);
    const socket = connect(Number(port), '127.0.0.1');
    const head = `POST /${Bucket} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: ${type['content-type']}\r\ncontent-length: ${content.length}\r\n\r\n`;
    await new Promise((resolve) => socket.write(head + content.slice(0, 100_000), resolve));
    socket.destroy();
    await once(socket, 'close');
    assert.equal((await post(body(signed({ key: 'after' })))).status, 204);
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'cut' }));
    assert.deepEqual(Contents, []);
  });
});
