/** How much the gateway reads, what it says to names that nobody knows, and what it does not say of its own defects. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type Door, doors, saidBy } from '../../../test/harness/listeners.ts';
import { startPlatform } from '../../../test/harness/platform.ts';
import { type Sending, send, sign } from '../../../test/harness/signed.ts';
import { readConfig } from '../config.ts';
import { defineService } from '../contract/service.ts';
import { administratorOf, platformKeyOf } from '../data-folder.ts';
import { systemClock } from '../kit/clock.ts';
import { createLog } from '../kit/log.ts';
import { soleServer } from '../open-database.ts';
import { buildPlatform } from '../platform.ts';
import { startGateway } from './server.ts';

const platform = await startPlatform();
after(() => platform[Symbol.asyncDispose]());

const sent = (door: Door, change: Partial<Sending> = {}) => {
  const sending: Sending = doors[door];
  return send(platform, sign(platform, { ...sending, ...change }));
};
const said = async (door: Door, change: Partial<Sending> = {}) => saidBy(door, await sent(door, change));
const bytes = (count: number) => Buffer.alloc(count, ' ');
/** The same for CBOR, to which a space is a number: one string. */
function cborBytes(count: number): Buffer {
  const text = bytes(count);
  text.writeUInt8(0x5a);
  text.writeUInt32BE(count - 5, 1);
  return text;
}
const MiB = 1024 * 1024;
const every = Object.keys(doors) as Door[];

describe('The gateway refuses', () => {
  it('a body that is too large, declared or not', async () => {
    const text = 'Request size exceeded the limit.';
    const limits = { 'aws-json-1.0': 8, 'aws-json-1.1': 8, 'rpc-v2-cbor': 8, 'rest-json': 6, query: 1 } as const;
    for (const [door, mebibytes] of Object.entries(limits) as [keyof typeof limits, number][]) {
      const limit = mebibytes * MiB;
      const { headers }: Sending = doors[door];
      const code = door === 'query' ? 'RequestEntityTooLarge' : 'RequestEntityTooLargeException';
      const undeclared = { headers: { ...headers, 'transfer-encoding': 'chunked' }, unsigned: ['transfer-encoding'] };
      for (const how of [{}, undeclared])
        assert.deepEqual(await said(door, { ...how, body: bytes(limit + 1) }), [413, code, text], door);
      const whole = door === 'rpc-v2-cbor' ? cborBytes(limit) : bytes(limit);
      assert.notEqual((await sent(door, { body: whole })).status, 413, door);
    }
  });

  it('a document at S3 that is too large, hashed or not', async () => {
    const request = { method: 'POST', target: '/a-bucket?delete', body: bytes(4 * MiB + 1) };
    const refused = [400, 'MaxMessageLengthExceeded', 'Your request was too large.'];
    assert.deepEqual(await said('rest-xml', request), refused);
    assert.deepEqual(await said('rest-xml', { ...request, payloadHash: 'UNSIGNED-PAYLOAD' }), refused);
    assert.deepEqual(
      await said('rest-xml', { ...request, body: bytes(40 * MiB), payloadHash: 'UNSIGNED-PAYLOAD' }),
      refused,
    );
  });

  it('an operation that AWS has and nobody built, by its name', async () => {
    const { headers } = doors['aws-json-1.1'];
    const names: [Door, Partial<Sending>, string][] = [
      [
        'aws-json-1.1',
        { headers: { ...headers, 'x-amz-target': 'SageMaker.CreateDomain' } },
        'CreateDomain of sagemaker',
      ],
      ['query', { body: 'Action=CreateSAMLProvider&Version=2010-05-08' }, 'CreateSAMLProvider of iam'],
      ['rest-xml', { target: '/a-bucket/a-key?torrent' }, 'GetObjectTorrent of s3'],
      ['rest-json', { target: '/endpoints/e/async-invocations' }, 'InvokeEndpointAsync of sagemaker-runtime'],
      [
        'rpc-v2-cbor',
        { target: '/service/GraniteServiceVersion20100801/operation/PutDashboard' },
        'PutDashboard of cloudwatch',
      ],
    ];
    for (const [door, change, name] of names)
      assert.deepEqual(await said(door, change), [501, 'NotImplemented', `${name} is not implemented by Clary.`], door);
  });

  it('names, paths and methods that nobody knows', async () => {
    const { headers } = doors['aws-json-1.1'];
    const names: [Door, Partial<Sending>, string][] = [
      [
        'aws-json-1.1',
        { headers: { ...headers, 'x-amz-target': 'SageMaker.NoSuchThing' } },
        'NoSuchThing of sagemaker',
      ],
      ['aws-json-1.1', { headers: { ...headers, 'x-amz-target': 'Elsewhere.ListModels' } }, 'ListModels of sagemaker'],
      ['aws-json-1.1', { headers: { ...headers, 'x-amz-target': 'constructor' } }, 'constructor of sagemaker'],
      ['query', { body: 'Action=NoSuchThing&Version=2010-05-08' }, 'NoSuchThing of iam'],
      ['query', { body: '' }, 'POST / of iam'],
      ['rest-xml', { method: 'PATCH' }, 'PATCH /a-bucket of s3'],
      ['rest-json', { target: '/endpoints/e' }, 'POST /endpoints/e of sagemaker-runtime'],
      ['rest-json', { method: 'DELETE' }, 'DELETE /endpoints/an-endpoint/invocations of sagemaker-runtime'],
      [
        'rpc-v2-cbor',
        { target: '/service/Other/operation/ListMetrics' },
        'POST /service/Other/operation/ListMetrics of cloudwatch',
      ],
    ];
    for (const [door, change, name] of names)
      assert.deepEqual(await said(door, change), [501, 'NotImplemented', `${name} is not implemented by Clary.`], name);
  });

  it('a service that is not the one signed for', async () => {
    for (const [door, what] of [
      ['aws-json-1.1', 'ListModels'],
      ['query', 'ListUsers'],
    ] as const)
      assert.deepEqual(await said(door, { service: 'ec2' }), [
        501,
        'NotImplemented',
        `${what} of ec2 is not implemented by Clary.`,
      ]);
    assert.deepEqual(await said('query', { service: 'sts' }), [
      501,
      'NotImplemented',
      'ListUsers of sts is not implemented by Clary.',
    ]);
    assert.deepEqual(await said('aws-json-1.1', { service: 's3' }), [
      501,
      'NotImplemented',
      'ListModels of s3 is not implemented by Clary.',
    ]);
  });

  it('services that are not there, in the words of their clients', async () => {
    const files = {
      service: 'elasticfilesystem',
      method: 'GET',
      target: '/2015-02-01/file-systems',
      headers: {},
      body: '',
    };
    const text = (name: string) => `${name} is not implemented by Clary.`;
    assert.deepEqual(await said('rest-json', files), [
      501,
      'NotImplemented',
      text('GET /2015-02-01/file-systems of elasticfilesystem'),
    ]);
    const target = { 'x-amz-target': 'AWSStepFunctions.ListActivities', 'content-type': 'application/x-amz-json-1.0' };
    assert.deepEqual(await said('aws-json-1.0', { service: 'states', headers: target }), [
      501,
      'NotImplemented',
      text('ListActivities of states'),
    ]);
    const queue = { ...doors.query, service: 'sqs', body: 'Action=ListQueues&Version=2012-11-05' };
    assert.deepEqual(await said('query', queue), [501, 'NotImplemented', text('ListQueues of sqs')]);
    const zones = { service: 'route53', method: 'GET', target: '/2013-04-01/hostedzone' };
    assert.deepEqual((await said('rest-xml', zones)).slice(0, 2), [501, 'NotImplemented']);
  });

  it('operations that come unsigned, by their names; others for want of a signature', async () => {
    const unsigned = async (action: string) => {
      const body = `Action=${action}&Version=2011-06-15`;
      const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': `${body.length}` };
      return saidBy('query', await send(platform, { method: 'POST', target: '/', headers, body }));
    };
    for (const name of ['AssumeRoleWithWebIdentity', 'AssumeRoleWithSAML'])
      assert.deepEqual(await unsigned(name), [501, 'NotImplemented', `${name} of sts is not implemented by Clary.`]);
    assert.deepEqual((await unsigned('AssumeRole')).slice(0, 2), [403, 'MissingAuthenticationToken']);
  });

  it('a signature of headers that are not there, whatever their names', async () => {
    const sending: Sending = doors['aws-json-1.1'];
    const signed = sign(platform, sending);
    const authorization = String(signed.headers.authorization).replace('SignedHeaders=', 'SignedHeaders=constructor;');
    const answer = await send(platform, { ...signed, headers: { ...signed.headers, authorization } });
    assert.equal(saidBy('aws-json-1.1', answer)[1], 'InvalidSignatureException');
  });

  it('paths of its own that are none, without a word about the others', async () => {
    for (const path of ['/_clary/', '/_clary/reset', '/_clary/credentials.json']) {
      const answer = await fetch(`${platform.endpoint}${path}`, { method: path.endsWith('reset') ? 'POST' : 'GET' });
      assert.deepEqual([answer.status, await answer.text()], [404, 'There is nothing here.\n'], path);
    }
    const health = await fetch(`${platform.endpoint}/_clary/health`);
    assert.equal(((await health.json()) as { status: string }).status, 'ok');
  });
});

/** The platform's own parts behind a door of the test's, with a table of operations that throw. */
async function startDefective() {
  const dataDir = await mkdtemp(join(tmpdir(), 'clary-test-'));
  const config = readConfig(['--data', dataDir, '--port', '0', '--log-level', 'error'], {});
  const lines: string[] = [];
  const log = createLog('error', (line) => lines.push(line));
  const administrator = await administratorOf(dataDir, config.account);
  const platformKey = await platformKeyOf(dataDir);
  const endpoint = Promise.resolve('http://127.0.0.1');
  const built = await buildPlatform({
    config,
    clock: systemClock,
    log,
    platformKey,
    administrator,
    endpoint,
    servers: soleServer,
  });
  const broken = {
    audit: { readOnly: true },
    access: () => [],
    handle: () => {
      throw new TypeError('cannot read the secret of undefined');
    },
  };
  const services = new Map(built.pipeline.services)
    .set('sagemaker', defineService('sagemaker', {}, { ListModels: broken }))
    .set('cloudwatch', defineService('cloudwatch', {}, { ListMetrics: broken }))
    .set('sagemaker-runtime', defineService('sagemaker-runtime', {}, { InvokeEndpoint: broken }))
    .set('iam', defineService('iam', {}, { ListUsers: broken }))
    .set('s3', defineService('s3', {}, { ListObjectsV2: broken }));
  const deps = { ...built.pipeline, services };
  const gateway = await startGateway({ host: '127.0.0.1', port: 0, deps: () => deps, own: () => undefined, log });
  return {
    lines,
    face: { ...platform, endpoint: `http://127.0.0.1:${gateway.port}`, credentials: administrator },
    async [Symbol.asyncDispose]() {
      await gateway.stop();
      await built.stop();
      await rm(dataDir, { recursive: true });
    },
  };
}

describe('The gateway survives', () => {
  it('defects: 500, a request id, and the cause in the log alone', async () => {
    await using defective = await startDefective();
    for (const door of every) {
      const answer = await send(defective.face, sign(defective.face, doors[door]));
      const usual = [
        500,
        'InternalFailure',
        'The request processing has failed because of an unknown error, exception or failure.',
      ];
      const s3 = [500, 'InternalError', 'We encountered an internal error. Please try again.'];
      assert.deepEqual(saidBy(door, answer), door === 'rest-xml' ? s3 : usual, door);
      const line = JSON.parse(defective.lines.pop() ?? '{}');
      assert.match(line.error.stack, /^TypeError: cannot read the secret of undefined\n {4}at /);
      const requestId = answer.headers['x-amzn-requestid'] ?? answer.headers['x-amz-request-id'];
      assert.match(String(requestId), /^[0-9a-f-]{36}$/);
      assert.equal(line.requestId, requestId, door);
      assert.equal(line.principal, 'arn:aws:iam::000000000000:root');
      const whole = String(answer.body) + JSON.stringify(answer.headers);
      assert.doesNotMatch(whole, /secret|TypeError|\.ts/, door);
      assert.equal(defective.lines.length, 0);
    }
  });

  it('a client that goes away in the middle of its body', async () => {
    const { headers, target, method } = sign(platform, { ...doors['aws-json-1.1'], body: '{}' });
    const left = new AbortController();
    const endless = new ReadableStream({
      pull: (controller) => {
        controller.enqueue(Buffer.from('{'));
        left.abort();
      },
    });
    const { host: _, ...rest } = headers as Record<string, string>;
    const request = { method, headers: rest, body: endless, duplex: 'half' as const, signal: left.signal };
    await assert.rejects(fetch(platform.endpoint + target, request as RequestInit), { name: 'AbortError' });
    assert.equal((await sent('aws-json-1.1')).status, 200);
  });
});
