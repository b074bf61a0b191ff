/** One port, HTTP and TLS: what the listener, refuses and survives. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { Agent, get } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { startPlatform, type TestPlatform } from '../../../test/harness/platform.ts';
import { issue, makeAuthority } from '../certificates.ts';
import { openListener } from './listener.ts';

let platform: TestPlatform;
let ca: string;
before(async () => {
  platform = await startPlatform();
  ca = await readFile(`${platform.dataDir}/tls/ca.pem`, 'utf8');
});
after(() => platform[Symbol.asyncDispose]());

const port = () => Number(new URL(platform.endpoint).port);
const overTls = () => ({
  endpoint: platform.endpoint.replace('http:', 'https:'),
  requestHandler: { httpsAgent: new Agent({ ca, keepAlive: true }) },
});

describe('the listener', () => {
  test('HTTP and TLS on one port, for the official SDK', async () => {
    const secure = platform.client(S3Client, overTls());
    const plain = platform.client(S3Client);
    const body = Buffer.alloc(3 * 1024 * 1024, 'tls');
    await secure.send(new CreateBucketCommand({ Bucket: 'two-ways' }));
    await secure.send(new PutObjectCommand({ Bucket: 'two-ways', Key: 'k', Body: body }));
    const { Body: read } = await plain.send(new GetObjectCommand({ Bucket: 'two-ways', Key: 'k' }));
    assert.deepEqual(Buffer.from((await read?.transformToByteArray()) ?? []), body);
  });

  for (const name of ['localhost', 's3.localhost', 'bucket.s3.localhost', 'bucket.s3.us-east-1.localhost', '127.0.0.1'])
    test(`a certificate for ${name}`, async () => {
      const socket = connectTls({ port: port(), host: '127.0.0.1', ca, servername: name === '127.0.0.1' ? '' : name });
      await once(socket, 'secureConnect');
      assert.equal(socket.authorized, true);
      assert.equal(socket.alpnProtocol, false);
      socket.destroy();
    });

  test('aws:SecureTransport as it is', async () => {
    const iam = platform.client(IAMClient);
    await iam.send(new CreateUserCommand({ UserName: 'secure' }));
    const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: 'secure' }));
    const statement = {
      Effect: 'Allow',
      Action: 's3:*',
      Resource: '*',
      Condition: { Bool: { 'aws:SecureTransport': 'true' } },
    };
    await iam.send(
      new PutUserPolicyCommand({
        UserName: 'secure',
        PolicyName: 'p',
        PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statement }),
      }),
    );
    const credentials = { accessKeyId: key?.AccessKeyId ?? '', secretAccessKey: key?.SecretAccessKey ?? '' };
    await platform.client(S3Client, { credentials, ...overTls() }).send(new ListBucketsCommand({}));
    await assert.rejects(
      platform.client(S3Client, { credentials }).send(new ListBucketsCommand({})),
      (error: Error) => error.name === 'AccessDenied',
    );
  });

  test('requests that come byte by byte', async () => {
    const socket = connect(port(), '127.0.0.1').setNoDelay(true);
    for (const byte of 'GET /_clary/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n') {
      await new Promise((resolve) => socket.write(byte, resolve));
    }
    assert.match(await text(socket), /^HTTP\/1\.1 200 OK\r\n/);
  });

  test('requests one behind the other on a connection', async () => {
    const socket = connect(port(), '127.0.0.1');
    const line = 'GET /_clary/health HTTP/1.1\r\nhost: x\r\n';
    socket.end(`${line}\r\n${line}\r\n${line}connection: close\r\n\r\n`);
    assert.equal((await text(socket)).match(/HTTP\/1\.1 200 OK/g)?.length, 3);
  });
});

describe('the listener refuses', () => {
  test('a client that does not know the authority', async () => {
    const request = get({ port: port(), host: '127.0.0.1', path: '/_clary/health' });
    const [error] = await once(request, 'error').catch((thrown) => [thrown]);
    assert.equal(error.code, 'SELF_SIGNED_CERT_IN_CHAIN');
  });

  test('TLS that is none', async () => {
    const socket = connect(port(), '127.0.0.1');
    socket.write(Buffer.from([0x16, 0x03, 0x01, 0x00, 0x05, 1, 2, 3, 4, 5]));
    // An alert, and the end.
    const said = await buffer(socket).catch(() => Buffer.alloc(0));
    assert.ok(said.length === 0 || said[0] === 0x15, said.toString('hex'));
  });

  test('what is neither HTTP nor TLS', async () => {
    const socket = connect(port(), '127.0.0.1');
    socket.write('\x00\x01\x02 nonsense\r\n\r\n');
    assert.match(await text(socket), /^HTTP\/1\.1 400 Bad Request\r\n/);
  });

  test('TLS before 1.2', async () => {
    const socket = connectTls({ port: port(), host: '127.0.0.1', ca, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' });
    await assert.rejects(once(socket, 'secureConnect'));
  });
});

describe('the listener survives', () => {
  const now = new Date();
  const authority = makeAuthority('a test', now, 10);
  async function opened(limits: { firstByteMs: number; handshakeMs: number }) {
    const server = createServer((_request, response) => response.end('answered'));
    const listener = openListener(server, { certificate: issue(authority, ['localhost'], now, 5), ...limits });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { server, listener, to: () => connect((server.address() as AddressInfo).port, '127.0.0.1') };
  }
  const ended = async (server: Server) => {
    server.close();
    await once(server, 'close');
  };
  const gone = (socket: Socket) =>
    new Promise((resolve) => socket.resume().once('error', resolve).once('close', resolve));

  test('connections that say nothing, or begin TLS and stop', async () => {
    const { server, to } = await opened({ firstByteMs: 50, handshakeMs: 50 });
    const begun = to();
    begun.write(Buffer.from([0x16, 0x03]));
    await Promise.all([gone(to()), gone(begun)]);
    await ended(server);
  });

  test('resets before the first byte', async () => {
    const { server, to } = await opened({ firstByteMs: 5000, handshakeMs: 5000 });
    for (let i = 0; i < 20; i++) {
      const socket = to();
      await once(socket, 'connect');
      socket.resetAndDestroy();
    }
    const last = to();
    last.end('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    assert.match(await text(last), /answered$/);
    await ended(server);
  });

  test('a stop while connections have not said what they speak', async () => {
    const { server, listener, to } = await opened({ firstByteMs: 60_000, handshakeMs: 60_000 });
    const silent = to();
    const begun = to();
    let seen = 0;
    const both = new Promise((resolve) => server.on('connection', () => ++seen === 2 && resolve(undefined)));
    begun.write(Buffer.from([0x16]));
    await both;
    server.close();
    listener.close();
    await Promise.all([gone(silent), gone(begun), once(server, 'close')]);
  });

  test('a new certificate while connections are open', async () => {
    const { server, listener, to } = await opened({ firstByteMs: 5000, handshakeMs: 5000 });
    const secure = async () => {
      const socket = connectTls({ socket: to(), ca: authority.cert, servername: 'localhost' });
      await once(socket, 'secureConnect');
      return socket;
    };
    const first = await secure();
    const before = first.getPeerCertificate().serialNumber;
    listener.renew(issue(authority, ['localhost'], now, 5));
    const second = await secure();
    assert.notEqual(second.getPeerCertificate().serialNumber, before);
    for (const socket of [first, second]) {
      socket.end('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
      assert.match(await text(socket), /answered$/);
    }
    await ended(server);
  });
});
