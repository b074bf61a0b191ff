/** Requests to stages, as a browser or curl sends them. */
import assert from 'node:assert/strict';
import { createServer, request as open } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import {
  APIGatewayClient,
  CreateDeploymentCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  PutIntegrationCommand,
  type PutIntegrationCommandInput,
  PutIntegrationResponseCommand,
  PutMethodCommand,
  PutMethodResponseCommand,
} from '@aws-sdk/client-api-gateway';
import { IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { type PlatformProcess, startPlatformProcess } from '../../../../test/harness/platform.ts';
import { send, sign } from '../../../../test/harness/signed.ts';
import { allow, makeUser } from '../../../../test/harness/user.ts';

/** A user's web server: answers with what it was asked. `/silent` never answers. */
const backend = createServer(async (request, response) => {
  if (request.url === '/silent') return;
  const { method, url, headers } = request;
  const body = String(await buffer(request));
  response.writeHead(url?.startsWith('/teapot') ? 418 : 200, {
    'content-type': 'application/json',
    'x-backend': 'yes',
  });
  response.end(JSON.stringify({ method, url, own: headers['x-own'], body }));
});

let platform: PlatformProcess;
let gateway: APIGatewayClient;
let backendUrl: string;
before(async () => {
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  backendUrl = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
  platform = await startPlatformProcess();
  gateway = platform.client(APIGatewayClient);
});
after(async () => {
  await platform[Symbol.asyncDispose]();
  backend.closeAllConnections();
  backend.close();
});

interface Route {
  /** Parts below the root. */
  readonly parts: readonly string[];
  readonly method: string;
  readonly authorizationType?: string;
  readonly integration: Partial<PutIntegrationCommandInput>;
  /** Headers of the response with status 200. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

async function addRoute(restApiId: string, rootId: string, route: Route): Promise<void> {
  let resourceId = rootId;
  for (const pathPart of route.parts) {
    const made = await gateway.send(new CreateResourceCommand({ restApiId, parentId: resourceId, pathPart }));
    resourceId = made.id ?? '';
  }
  const method = { restApiId, resourceId, httpMethod: route.method };
  const { integration, headers = {}, body, authorizationType = 'NONE' } = route;
  await gateway.send(new PutMethodCommand({ ...method, authorizationType }));
  await gateway.send(new PutIntegrationCommand({ ...method, type: 'MOCK', ...integration }));
  const named = (of: (name: string) => unknown) =>
    Object.fromEntries(Object.keys(headers).map((name) => [`method.response.header.${name}`, of(name)]));
  const response = { ...method, statusCode: '200' };
  await gateway.send(
    new PutMethodResponseCommand({ ...response, responseParameters: named(() => true) as Record<string, boolean> }),
  );
  await gateway.send(
    new PutIntegrationResponseCommand({
      ...response,
      responseParameters: named((name) => headers[name]) as Record<string, string>,
      ...(body !== undefined && { responseTemplates: { 'application/json': body } }),
    }),
  );
}

const mock = { type: 'MOCK', requestTemplates: { 'application/json': '{"statusCode": 200}' } } as const;

async function deploy(...routes: readonly Route[]) {
  const { id = '', rootResourceId = '' } = await gateway.send(new CreateRestApiCommand({ name: 'an-api' }));
  for (const route of routes) await addRoute(id, rootResourceId, route);
  await gateway.send(new CreateDeploymentCommand({ restApiId: id, stageName: 'prod' }));
  const base = `/restapis/${id}/prod/_user_request_`;
  const ask = (path: string, init?: RequestInit) => fetch(`${platform.endpoint}${base}${path}`, init);
  return { id, rootResourceId, base, ask };
}

/** By its host name, which need not resolve. */
async function askHost(host: string, path: string) {
  const { port } = new URL(platform.endpoint);
  return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    open({ host: '127.0.0.1', port, path, headers: { host } }, async (answer) =>
      resolve({ status: answer.statusCode, body: String(await buffer(answer)) }),
    )
      .once('error', reject)
      .end();
  });
}

describe('a stage refuses', () => {
  it('a path or method that is not in the deployment, and a stage that is not there', async () => {
    const { ask, id } = await deploy({ parts: ['a'], method: 'GET', integration: mock });
    for (const answer of [await ask('/b'), await ask('/a', { method: 'POST' }), await ask('/')]) {
      assert.equal(answer.status, 403);
      assert.equal(answer.headers.get('x-amzn-errortype'), 'MissingAuthenticationTokenException');
      assert.deepEqual(await answer.json(), { message: 'Missing Authentication Token' });
    }
    const other = await fetch(`${platform.endpoint}/restapis/${id}/dev/_user_request_/a`);
    assert.deepEqual([other.status, await other.json()], [403, { message: 'Forbidden' }]);
  });

  it('a MOCK whose template says no status, and a media type that nothing takes', async () => {
    const { ask } = await deploy(
      { parts: ['none'], method: 'GET', integration: { type: 'MOCK' } },
      { parts: ['never'], method: 'POST', integration: { ...mock, passthroughBehavior: 'NEVER' } },
    );
    const none = await ask('/none');
    assert.deepEqual([none.status, await none.json()], [500, { message: 'Internal server error' }]);
    const never = await ask('/never', { method: 'POST', body: 'a', headers: { 'content-type': 'text/plain' } });
    assert.deepEqual([never.status, await never.json()], [415, { message: 'Unsupported Media Type' }]);
  });

  it('unsigned callers and users without execute-api:Invoke, where the method needs AWS_IAM', async () => {
    const { base, id } = await deploy({
      parts: ['a'],
      method: 'GET',
      authorizationType: 'AWS_IAM',
      integration: mock,
      body: '{"ok":true}',
    });
    const { credentials } = await makeUser(platform, 'invoker');
    const ask = () =>
      send(platform, sign(platform, { service: 'execute-api', method: 'GET', target: `${base}/a`, credentials }));
    const unsigned = await fetch(`${platform.endpoint}${base}/a`);
    assert.deepEqual([unsigned.status, await unsigned.json()], [403, { message: 'Missing Authentication Token' }]);
    const denied = await ask();
    assert.equal(denied.status, 403);
    assert.match(String(denied.body), /execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:000000000000:/);
    const PolicyDocument = allow('execute-api:Invoke', `arn:aws:execute-api:*:*:${id}/prod/GET/*`);
    await platform
      .client(IAMClient)
      .send(new PutUserPolicyCommand({ UserName: 'invoker', PolicyName: 'p', PolicyDocument }));
    const allowed = await ask();
    assert.deepEqual([allowed.status, String(allowed.body)], [200, '{"ok":true}']);
  });

  it('to call the platform itself or the metadata address, and tells of a server that is away or too slow', async () => {
    const to = (part: string, uri: string): Route => ({
      parts: [part],
      method: 'GET',
      integration: { type: 'HTTP_PROXY', integrationHttpMethod: 'GET', uri, timeoutInMillis: 50 },
    });
    const { ask } = await deploy(
      to('own', `${platform.endpoint}/`),
      to('metadata', 'http://169.254.169.254/latest'),
      to('slow', `${backendUrl}/silent`),
      to('away', 'http://127.0.0.1:1/'),
    );
    const answers = [];
    for (const path of ['/own', '/metadata', '/slow', '/away']) {
      const answer = await ask(path);
      answers.push([answer.status, ((await answer.json()) as { message: string }).message]);
    }
    assert.deepEqual(answers, [
      [500, 'Internal server error'],
      [500, 'Internal server error'],
      [504, 'Endpoint request timed out'],
      [504, 'Network error communicating with endpoint'],
    ]);
  });

  it('a body above 10 MB', async () => {
    const { ask } = await deploy({ parts: ['a'], method: 'POST', integration: mock });
    const answer = await ask('/a', { method: 'POST', body: Buffer.alloc(10 * 1024 * 1024 + 1) });
    assert.equal(answer.status, 413);
  });
});

describe('a stage does', () => {
  const origin = { 'Access-Control-Allow-Origin': "'*'", 'Access-Control-Allow-Methods': "'POST,OPTIONS'" };

  it("answer a browser's preflight by MOCK, by path and by host", async () => {
    const { ask, id } = await deploy(
      { parts: ['predict'], method: 'OPTIONS', integration: mock, headers: origin },
      { parts: ['hello'], method: 'GET', integration: mock, body: '{"hello":"world"}' },
    );
    const preflight = await ask('/predict', { method: 'OPTIONS', headers: { origin: 'http://a.example' } });
    assert.equal(preflight.status, 200);
    assert.equal(preflight.headers.get('access-control-allow-origin'), '*');
    assert.equal(preflight.headers.get('access-control-allow-methods'), 'POST,OPTIONS');
    for (const name of ['x-amzn-requestid', 'x-amz-apigw-id', 'x-amzn-trace-id'])
      assert.ok(preflight.headers.get(name));
    for (const suffix of ['localhost', 'us-east-1.localhost:4566', 'us-east-1.amazonaws.com']) {
      const answer = await askHost(`${id}.execute-api.${suffix}`, '/prod/hello');
      assert.deepEqual(answer, { status: 200, body: '{"hello":"world"}' });
    }
  });

  it('pass requests to a web server: variables, query, headers, body and its answer', async () => {
    const proxy = { type: 'HTTP_PROXY', integrationHttpMethod: 'ANY' } as const;
    const requestParameters = { 'integration.request.path.proxy': 'method.request.path.proxy' };
    const { ask } = await deploy({
      parts: ['all', '{proxy+}'],
      method: 'ANY',
      integration: { ...proxy, uri: `${backendUrl}/{proxy}`, requestParameters },
    });
    const answer = await ask('/all/teapot/b%20c?q=1&q=2', { method: 'PUT', body: 'hi', headers: { 'x-own': 'mine' } });
    assert.deepEqual([answer.status, answer.headers.get('x-backend')], [418, 'yes']);
    assert.deepEqual(await answer.json(), { method: 'PUT', url: '/teapot/b%20c?q=1&q=2', own: 'mine', body: 'hi' });
  });

  it('map parameters of a non-proxy integration both ways', async () => {
    const { ask } = await deploy({
      parts: ['users', '{id}'],
      method: 'POST',
      integration: {
        type: 'HTTP',
        integrationHttpMethod: 'POST',
        uri: `${backendUrl}/get`,
        requestParameters: {
          'integration.request.querystring.user': 'method.request.path.id',
          'integration.request.header.x-own': "'fixed'",
        },
      },
      headers: { 'X-From': 'integration.response.header.x-backend' },
    });
    const answer = await ask('/users/7?q=1', {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    });
    assert.equal(answer.headers.get('x-from'), 'yes');
    assert.equal(answer.headers.get('x-backend'), null);
    assert.deepEqual(await answer.json(), { method: 'POST', url: '/get?user=7', own: 'fixed', body: '{}' });
  });

  it('prefer fixed parts to variables and variables to greedy ones', async () => {
    const { id, rootResourceId, ask } = await deploy({
      parts: ['{proxy+}'],
      method: 'ANY',
      integration: mock,
      body: '"greedy"',
    });
    await addRoute(id, rootResourceId, { parts: ['a'], method: 'GET', integration: mock, body: '"fixed"' });
    assert.equal(await (await ask('/a')).text(), '"greedy"', 'a change is not visible before it is deployed');
    await gateway.send(new CreateDeploymentCommand({ restApiId: id, stageName: 'prod' }));
    assert.deepEqual(
      [
        await (await ask('/a')).text(),
        await (await ask('/a/b')).text(),
        await (await ask('/a', { method: 'PUT' })).text(),
      ],
      ['"fixed"', '"greedy"', '"greedy"'],
    );
  });
});

describe('a stage survives', () => {
  it('a server that is killed', async () => {
    const { ask } = await deploy({ parts: ['a'], method: 'GET', integration: mock, body: '{"kept":true}' });
    await platform.kill9();
    await platform.restart();
    assert.deepEqual(await (await ask('/a')).json(), { kept: true });
  });
});
