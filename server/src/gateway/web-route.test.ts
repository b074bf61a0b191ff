/** Requests that a service takes by host or path, before any AWS protocol is applied: raw bodies, answers of the service's own, its choice of authentication. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import type { TestPlatform } from '../../../test/harness/platform.ts';
import { type Sending, type Signed, send, sign } from '../../../test/harness/signed.ts';
import { readConfig } from '../config.ts';
import { AwsError } from '../contract/aws-error.ts';
import { defineService } from '../contract/service.ts';
import type { WebRequest, WebResponse, WebRoutes } from '../contract/web-routes.ts';
import { administratorOf, platformKeyOf } from '../data-folder.ts';
import { systemClock } from '../kit/clock.ts';
import { createLog } from '../kit/log.ts';
import { soleServer } from '../open-database.ts';
import { buildPlatform } from '../platform.ts';
import { startGateway } from './server.ts';

const host = 'an-id.execute-api.us-east-1.localhost';
const maxBodyBytes = 1000;

/** Answers what it was asked, to whom: `/iam` for signed callers who may invoke it, any other path for all. */
async function handle(request: WebRequest): Promise<WebResponse> {
  if (request.path === '/refused') throw new AwsError('TeapotException', 'I am a teapot', { status: 418 });
  if (request.path === '/defective') throw new TypeError('cannot read the secret of undefined');
  const caller = request.path === '/iam' ? await request.caller() : undefined;
  if (request.path === '/iam') {
    if (!caller) return { status: 403, headers: {}, body: '{"message":"Missing Authentication Token"}' };
    const decision = await caller.authorize([
      { action: 'execute-api:Invoke', resource: 'arn:aws:execute-api:us-east-1:000000000000:an-id/a/GET/iam' },
    ]);
    if (!decision.allowed) return { status: 403, headers: {}, body: JSON.stringify({ Message: decision.reason }) };
  }
  const { method, path, query, headers } = request;
  const body = Buffer.from(await request.body()).toString('latin1');
  const said = { method, path, query, authorization: headers.authorization, body, caller: caller?.principal.arn };
  return { status: 202, headers: { 'content-type': 'text/x-own', 'x-own': 'yes' }, body: JSON.stringify(said) };
}

const webRoutes: WebRoutes = {
  match: ({ path, headers }) =>
    headers.host === host || path.startsWith('/restapis/an-id/a/_user_request_/')
      ? { signingName: 'execute-api', maxBodyBytes, handle }
      : undefined,
};

async function startWithRoutes() {
  const dataDir = await mkdtemp(join(tmpdir(), 'clary-web-'));
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
  const services = new Map(built.pipeline.services).set(
    'cloudwatch',
    defineService('cloudwatch', {}, {}, { webRoutes }),
  );
  const deps = { ...built.pipeline, services };
  const gateway = await startGateway({ host: '127.0.0.1', port: 0, deps: () => deps, own: () => undefined, log });
  const platform = {
    endpoint: `http://127.0.0.1:${gateway.port}`,
    region: config.region,
    credentials: administrator,
  } as TestPlatform;
  return {
    lines,
    platform,
    async stop() {
      await gateway.stop();
      await built.stop();
      await rm(dataDir, { recursive: true });
    },
  };
}

let started: Awaited<ReturnType<typeof startWithRoutes>>;
before(async () => {
  started = await startWithRoutes();
});
after(() => started.stop());

const plain = (target: string, more: Partial<Signed> = {}) =>
  send(started.platform, { method: 'GET', target, headers: { host }, body: '', ...more });
const signed = (more: Partial<Sending>) =>
  send(
    started.platform,
    sign(started.platform, { service: 'execute-api', target: '/iam', headers: { host }, ...more }),
  );
const root = 'arn:aws:iam::000000000000:root';

describe('A web route', () => {
  it('takes a request by its host, with the raw body, and writes the whole answer', async () => {
    const body = Buffer.from([0, 1, 254, 255]);
    const headers = { host, 'content-type': 'application/x-www-form-urlencoded', authorization: 'Bearer of-the-app' };
    const answer = await plain('/a//b%20c/?x=%2F&x', { method: 'PATCH', headers, body });
    assert.deepEqual(
      [answer.status, answer.headers['content-type'], answer.headers['x-own']],
      [202, 'text/x-own', 'yes'],
    );
    assert.equal(answer.headers['x-amzn-requestid'], undefined);
    assert.deepEqual(JSON.parse(String(answer.body)), {
      method: 'PATCH',
      path: '/a//b%20c/',
      query: 'x=%2F&x',
      authorization: 'Bearer of-the-app',
      body: body.toString('latin1'),
    });
  });

  it('takes a request by its path, preflights and AWS’s headers included', async () => {
    const target = '/restapis/an-id/a/_user_request_/things';
    for (const method of ['OPTIONS', 'POST']) {
      const headers = { host: 'localhost', origin: 'http://example.com', 'x-amz-target': 'SageMaker.ListModels' };
      const answer = await plain(target, { method, headers });
      assert.deepEqual([answer.status, JSON.parse(String(answer.body)).method], [202, method]);
    }
  });

  it('leaves all other requests to the services', async () => {
    const answer = await plain('/iam', { headers: { host: 'localhost' } });
    assert.deepEqual([answer.status, /<Code>(.*)<\/Code>/.exec(String(answer.body))?.[1]], [403, 'AccessDenied']);
  });

  it('knows its caller by a signature in the header or the query', async () => {
    for (const more of [{ method: 'POST', body: 'x' }, { expires: 60 }])
      assert.equal(JSON.parse(String((await signed(more)).body)).caller, root);
  });

  it('finds no caller in a request without a signature', async () => {
    const answer = await plain('/iam');
    assert.deepEqual([answer.status, String(answer.body)], [403, '{"message":"Missing Authentication Token"}']);
  });

  it('may ask what its caller may do', async () => {
    const settings = { ...started.platform, maxAttempts: 1 };
    const iam = new IAMClient(settings);
    await iam.send(new CreateUserCommand({ UserName: 'ada' }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ada' }));
    const credentials = {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    };
    const answer = await signed({ credentials });
    assert.equal(answer.status, 403);
    assert.match(String(answer.body), /user\/ada is not authorized to perform: execute-api:Invoke on resource/);
  });

  it('refuses a signature that does not match, of an unknown key, of another body or for another service', async () => {
    const { credentials } = started.platform;
    const refused: [Partial<Sending>, string, RegExp][] = [
      [{ credentials: { ...credentials, secretAccessKey: 'wrong' } }, 'InvalidSignatureException', /does not match/],
      [
        { credentials: { ...credentials, accessKeyId: 'AKIAUNKNOWN' } },
        'UnrecognizedClientException',
        /token .* is invalid/,
      ],
      [{ method: 'POST', body: 'x', payloadHash: '0'.repeat(64) }, 'InvalidSignatureException', /does not match/],
      [{ service: 's3' }, 'InvalidSignatureException', /scoped to correct service: 'execute-api'/],
      [{ at: new Date(0) }, 'InvalidSignatureException', /Signature expired/],
    ];
    for (const [change, code, message] of refused) {
      const { status, headers, body } = await signed(change);
      assert.deepEqual([status, headers['x-amzn-errortype']], [403, code]);
      assert.match(JSON.parse(String(body)).message, message);
    }
    const unreadable = await plain('/iam', { headers: { host, authorization: 'AWS4-HMAC-SHA256 Credential=x' } });
    assert.deepEqual(
      [unreadable.status, unreadable.headers['x-amzn-errortype']],
      [403, 'IncompleteSignatureException'],
    );
  });

  it('refuses a body beyond its limit', async () => {
    assert.equal((await plain('/', { method: 'POST', body: Buffer.alloc(maxBodyBytes) })).status, 202);
    const { status, body } = await plain('/', { method: 'POST', body: Buffer.alloc(maxBodyBytes + 1) });
    assert.deepEqual([status, String(body)], [413, '{"message":"Request size exceeded the limit."}']);
  });

  it('answers an error that it throws, and 500 without detail for a defect', async () => {
    const refused = await plain('/refused');
    assert.deepEqual([refused.status, String(refused.body)], [418, '{"message":"I am a teapot"}']);
    const defective = await plain('/defective');
    assert.equal(defective.status, 500);
    assert.doesNotMatch(String(defective.body), /secret/);
    assert.match(JSON.parse(started.lines.pop() ?? '{}').error.stack, /cannot read the secret/);
  });
});
