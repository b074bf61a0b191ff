/** What the listener accepts and refuses: heads, bodies, time. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request as open } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { startPlatform, type TestPlatform } from '../../../test/harness/platform.ts';
import { readConfig } from '../config.ts';
import { administratorOf, platformKeyOf } from '../data-folder.ts';
import { systemClock } from '../kit/clock.ts';
import { createLog } from '../kit/log.ts';
import { soleServer } from '../open-database.ts';
import { buildPlatform } from '../platform.ts';
import { usualLimits } from './limits.ts';
import { type Gateway, startGateway } from './server.ts';

let platform: TestPlatform;
before(async () => {
  platform = await startPlatform();
  await platform.client(S3Client).send(new CreateBucketCommand({ Bucket: 'door' }));
});
after(() => platform[Symbol.asyncDispose]());

const to = (port: string | number) => connect(Number(port), '127.0.0.1');
const platformSocket = () => to(new URL(platform.endpoint).port);
const said = async (socket: Socket, request: string) => {
  socket.write(request, 'latin1');
  return text(socket);
};
const error = (answer: string) => ({
  status: Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]),
  code: /<Code>(.*?)<\/Code>/.exec(answer)?.[1],
  message: /<Message>(.*?)<\/Message>/.exec(answer)?.[1],
  allowed: /<MaxSizeAllowed>(.*?)<\/MaxSizeAllowed>/.exec(answer)?.[1],
});
const get = (path: string, headers = '') => `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${headers}\r\n`;
const tooLong = (allowed: number) => ({
  status: 400,
  code: 'RequestHeaderSectionTooLarge',
  message: 'Your request header section exceeds the maximum allowed size.',
  allowed: String(allowed),
});

describe('the listener refuses', () => {
  test('heads, URLs and numbers of headers beyond its limits', async () => {
    const { headerBytes, urlBytes, headers } = usualLimits;
    const say = async (request: string) => error(await said(platformSocket(), request));
    assert.deepEqual(await say(get(`/${'x'.repeat(urlBytes)}`)), tooLong(urlBytes));
    assert.deepEqual(await say(get('/', `x: ${'x'.repeat(headerBytes)}\r\n`)), tooLong(headerBytes));
    assert.deepEqual(await say(get(`/${'x'.repeat(headerBytes)}`)), tooLong(headerBytes));
    const many = Array.from({ length: headers }, (_, i) => `h${i}: x\r\n`).join('');
    assert.deepEqual(await say(get('/', many)), tooLong(headers));
    const fits = await say(get(`/b/${'x'.repeat(urlBytes - 3)}`, many.slice(0, many.indexOf(`h${headers - 2}:`))));
    assert.equal(fits.code, 'AccessDenied');
  });

  for (const [what, request] of [
    ['a method that is none', 'NONSENSE / HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['two lengths', 'PUT /b/k HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n'],
    [
      'a length beside chunks',
      'PUT /b/k HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
    ],
    ['a header that holds a line end', 'GET / HTTP/1.1\r\nhost: x\r\nx: a\rb\r\n\r\n'],
  ])
    test(`${what}, as no HTTP`, async () => {
      assert.deepEqual(error(await said(platformSocket(), request ?? '')), {
        status: 400,
        code: 'BadRequest',
        message: 'An error occurred when parsing the HTTP request.',
        allowed: undefined,
      });
    });

  const late = {
    status: 400,
    code: 'RequestTimeout',
    message:
      'Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed.',
    allowed: undefined,
  };
  const impatient = async (limits: object, use: (gateway: Gateway) => Promise<void>) => {
    const gateway = await startGateway({
      host: '127.0.0.1',
      port: 0,
      deps: () => ({}) as never,
      own: async () => ({ status: 200, headers: {}, body: 'own' }),
      log: createLog('silent', () => {}),
      limits: { ...usualLimits, checkMs: 20, ...limits },
    });
    try {
      await use(gateway);
    } finally {
      await gateway.stop();
    }
  };

  test('headers that do not end', async () => {
    await impatient({ headersMs: 60 }, async ({ port }) => {
      const socket = to(port);
      const drip = setInterval(() => socket.write('x: y\r\n'), 10);
      assert.deepEqual(error(await said(socket, 'GET / HTTP/1.1\r\n')), late);
      clearInterval(drip);
    });
  });

  test('a connection that is idle between requests', async () => {
    await impatient({ keepAliveMs: 50 }, async ({ port }) => {
      const answer = await said(to(port), 'GET /_clary/health HTTP/1.1\r\nhost: x\r\n\r\n');
      assert.match(answer, /own$/);
    });
  });
});

/** A signed PutObject of the bucket `door` as the SDK would send it, to be sent by hand. */
async function put(client: S3Client, body: string | Buffer, headers: Record<string, string> = {}) {
  type Signed = { method: string; port: number; path: string; query: object; headers: Record<string, string> };
  const { promise, resolve } = Promise.withResolvers<Signed>();
  client.middlewareStack.add(
    () => async (args) => {
      resolve(args.request as Signed);
      return { response: {}, output: { $metadata: {} } } as never;
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  await client.send(new PutObjectCommand({ Bucket: 'door', Key: 'k', Body: body })).catch(() => {});
  const { method, port, path, query, headers: signed } = await promise;
  const target = `${path}?${new URLSearchParams({ ...query })}`;
  return open({ method, host: '127.0.0.1', port, path: target, headers: { ...signed, ...headers }, agent: false });
}

for (const [what, slow, everyMs] of [
  ['stands still', { stalledMs: 60 }, undefined],
  ['drips for ever', { headersMs: 60, requestMs: 80, checkMs: 20 }, 10],
] as const)
  test(`the listener refuses a body that ${what}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'clary-still-'));
    const config = readConfig(['--data', folder, '--log-level', 'silent'], {});
    const log = createLog('silent', () => {});
    const administrator = await administratorOf(folder, config.account);
    const platformKey = await platformKeyOf(folder);
    const endpoint = Promise.resolve('');
    const built = await buildPlatform({
      config,
      clock: systemClock,
      log,
      administrator,
      platformKey,
      endpoint,
      servers: soleServer,
    });
    const limits = { ...usualLimits, ...slow };
    const deps = () => built.pipeline;
    const gateway = await startGateway({ host: '127.0.0.1', port: 0, deps, own: () => undefined, log, limits });
    const other = () =>
      platform.client(S3Client, { endpoint: `http://127.0.0.1:${gateway.port}`, credentials: administrator });
    await other().send(new CreateBucketCommand({ Bucket: 'door' }));
    const request = await put(other(), 'a body of some length');
    request.write('a');
    const drip = everyMs && setInterval(() => request.write('x'), everyMs);
    const [response] = await once(request, 'response');
    clearInterval(drip);
    assert.equal(response.statusCode, 400);
    assert.match(await text(response), /<Code>RequestTimeout<\/Code>/);
    await assert.rejects(other().send(new GetObjectCommand({ Bucket: 'door', Key: 'k' })), { name: 'NoSuchKey' });
    await gateway.stop();
    await built.stop();
    await rm(folder, { recursive: true });
  });

describe('the listener', () => {
  const signedBy = (credentials: typeof platform.credentials) => platform.client(S3Client, { credentials });

  test('asks for a body that is expected to be asked for, and stores it', async () => {
    const request = await put(platform.client(S3Client), 'expected', { expect: '100-continue' });
    let asked = 0;
    request.on('continue', () => {
      asked++;
      request.end('expected');
    });
    request.flushHeaders();
    const [response] = await once(request, 'response');
    assert.deepEqual([asked, response.statusCode], [1, 200]);
    assert.equal(response.headers.etag, `"${createHash('md5').update('expected').digest('hex')}"`);
    response.resume();
  });

  for (const [what, credentials] of [
    ['an unknown key', { accessKeyId: 'AKIANOBODYNOBODY0000', secretAccessKey: 'x' }],
    ['a wrong secret', undefined],
  ] as const)
    test(`does not ask for the body of ${what}`, async () => {
      const wrong = credentials ?? { ...platform.credentials, secretAccessKey: 'wrong' };
      const request = await put(signedBy(wrong), 'refused', { expect: '100-continue' });
      request.on('continue', () => assert.fail('the body was asked for'));
      request.flushHeaders();
      const [response] = await once(request, 'response');
      assert.equal(response.statusCode, 403);
      assert.equal(response.headers.connection, 'close');
      assert.match(await text(response), /<Code>(InvalidAccessKeyId|SignatureDoesNotMatch)<\/Code>/);
      request.destroy();
    });

  test('does not ask for the body for a bucket that is not there', async () => {
    const client = platform.client(S3Client, { expectContinueHeader: true });
    await assert.rejects(client.send(new PutObjectCommand({ Bucket: 'not-there', Key: 'k', Body: 'x' })), {
      name: 'NoSuchBucket',
    });
  });

  test('answers a client that goes on to send what is refused', async () => {
    const body = Buffer.alloc(24 * 1024 * 1024, 'x');
    for (let i = 0; i < 3; i++) {
      const request = await put(signedBy({ ...platform.credentials, secretAccessKey: 'wrong' }), body);
      request.end(body);
      const [response] = await once(request, 'response');
      assert.equal(response.statusCode, 403);
      assert.match(await text(response), /<Code>SignatureDoesNotMatch<\/Code>/);
    }
  });
});
