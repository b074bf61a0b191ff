/** Functions behind a stage: the proxy's event and answer, the bare payload, and the function's own permission. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  APIGatewayClient,
  CreateDeploymentCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  PutIntegrationCommand,
  PutIntegrationResponseCommand,
  PutMethodCommand,
  PutMethodResponseCommand,
  UpdateRestApiCommand,
} from '@aws-sdk/client-api-gateway';
import { AddPermissionCommand } from '@aws-sdk/client-lambda';
import { type FunctionBench, openFunctionBench } from '../../../../test/harness/functions.ts';
import { type OwnPlatform, startPlatform } from '../../../../test/harness/platform.ts';

let platform: OwnPlatform;
let gateway: APIGatewayClient;
let bench: FunctionBench;
before(async () => {
  platform = await startPlatform();
  gateway = platform.client(APIGatewayClient);
  bench = await openFunctionBench(platform);
});
after(() => platform[Symbol.asyncDispose]());

const arnOf = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

/** An API whose every path calls the function. */
async function deploy(name: string, type: 'AWS' | 'AWS_PROXY', pathPart = '{proxy+}') {
  const { id: restApiId = '', rootResourceId } = await gateway.send(new CreateRestApiCommand({ name }));
  const resource = await gateway.send(new CreateResourceCommand({ restApiId, parentId: rootResourceId, pathPart }));
  const method = { restApiId, resourceId: resource.id, httpMethod: 'ANY' };
  await gateway.send(new PutMethodCommand({ ...method, authorizationType: 'NONE' }));
  const uri = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${arnOf(name)}/invocations`;
  await gateway.send(new PutIntegrationCommand({ ...method, type, integrationHttpMethod: 'POST', uri }));
  for (const [statusCode, selectionPattern] of [['200'], ['400', '.*bad input.*']] as const) {
    await gateway.send(new PutMethodResponseCommand({ ...method, statusCode }));
    await gateway.send(new PutIntegrationResponseCommand({ ...method, statusCode, selectionPattern }));
  }
  const publish = () =>
    gateway.send(new CreateDeploymentCommand({ restApiId, stageName: 'prod', variables: { colour: 'red' } }));
  await publish();
  const ask = (path: string, init?: RequestInit) =>
    fetch(`${platform.endpoint}/restapis/${restApiId}/prod/_user_request_${path}`, init);
  const permit = () =>
    bench.lambda.send(
      new AddPermissionCommand({
        FunctionName: name,
        StatementId: 'api',
        Action: 'lambda:InvokeFunction',
        Principal: 'apigateway.amazonaws.com',
        SourceArn: `arn:aws:execute-api:us-east-1:000000000000:${restApiId}/*/POST/*`,
      }),
    );
  return { restApiId, ask, permit, publish };
}

const post = (body: string, headers: Record<string, string> = {}) => ({ method: 'POST', body, headers });

describe('a function behind a stage', () => {
  it('is not called without a permission of its own, nor for another method than it allows', async () => {
    await bench.create('closed', 'def handler(event, context):\n    return {"statusCode": 200, "body": "in"}');
    const { ask, permit } = await deploy('closed', 'AWS_PROXY');
    const before = await ask('/a', post('{}'));
    assert.deepEqual([before.status, await before.json()], [500, { message: 'Internal server error' }]);
    await permit();
    assert.equal(await (await ask('/a', post('{}'))).text(), 'in');
    assert.equal((await ask('/a')).status, 500);
  });

  it("gets AWS's proxy event and answers status, headers and body", async () => {
    await bench.create(
      'proxy',
      'import json\ndef handler(event, context):\n    return {"statusCode": 201, "headers": {"X-Own": "a"}, "multiValueHeaders": {"X-Many": ["b", "c"]}, "body": json.dumps(event)}',
    );
    const { ask, permit, restApiId } = await deploy('proxy', 'AWS_PROXY');
    await permit();
    const answer = await ask(
      '/a/b%20c?x=1&x=2&y=d+e',
      post('{"q":1}', { 'content-type': 'application/json', 'x-test': 'v' }),
    );
    assert.deepEqual([answer.status, answer.headers.get('x-own'), answer.headers.get('x-many')], [201, 'a', 'b, c']);
    const event = (await answer.json()) as Record<string, never> & {
      headers: Record<string, string>;
      multiValueHeaders: Record<string, string[]>;
      requestContext: Record<string, unknown> & { identity: Record<string, unknown> };
    };
    const { headers, multiValueHeaders, requestContext, ...rest } = event;
    assert.deepEqual(rest, {
      resource: '/{proxy+}',
      path: '/a/b%20c',
      httpMethod: 'POST',
      queryStringParameters: { x: '2', y: 'd e' },
      multiValueQueryStringParameters: { x: ['1', '2'], y: ['d e'] },
      pathParameters: { proxy: 'a/b%20c' },
      stageVariables: { colour: 'red' },
      body: '{"q":1}',
      isBase64Encoded: false,
    });
    assert.deepEqual(
      [headers['X-Test'], multiValueHeaders['X-Test'], headers['X-Forwarded-Proto']],
      ['v', ['v'], 'http'],
    );
    const { accountId, apiId, stage, path, protocol, resourcePath, identity } = requestContext;
    assert.deepEqual(
      [accountId, apiId, stage, path, protocol, resourcePath, identity.sourceIp, identity.accessKey],
      ['000000000000', restApiId, 'prod', '/prod/a/b%20c', 'HTTP/1.1', '/{proxy+}', '127.0.0.1', null],
    );
    assert.match(String(requestContext.requestTime), /^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
  });

  it('answers 502 where it fails or answers in another form', async () => {
    await bench.create(
      'other',
      'def handler(event, context):\n    return {"text": "no", "dict": {"a": 1}, "bad": {"statusCode": "x"}}.get(event["path"][1:]) if event["path"] != "/raise" else 1 / 0',
    );
    const { ask, permit } = await deploy('other', 'AWS_PROXY');
    await permit();
    for (const path of ['/text', '/dict', '/bad', '/none', '/raise']) {
      const answer = await ask(path, post('{}'));
      assert.deepEqual([path, answer.status, await answer.json()], [path, 502, { message: 'Internal server error' }]);
    }
  });

  it('takes and answers bytes in base64 for binary media types', async () => {
    await bench.create(
      'bytes',
      'def handler(event, context):\n    return {"statusCode": 200, "isBase64Encoded": event["isBase64Encoded"], "headers": {"Content-Type": "image/png"}, "body": event["body"]}',
    );
    const { ask, permit, publish, restApiId } = await deploy('bytes', 'AWS_PROXY');
    await permit();
    const patchOperations = [{ op: 'add' as const, path: '/binaryMediaTypes/image~1png' }];
    await gateway.send(new UpdateRestApiCommand({ restApiId, patchOperations }));
    await publish();
    const bytes = Buffer.from([0, 255, 1, 254]);
    const answer = await ask('/a', {
      method: 'POST',
      body: bytes,
      headers: { 'content-type': 'image/png', accept: 'image/png' },
    });
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), bytes);
  });

  it('gets the bare body and answers its bare result where it is no proxy; an error selects the response', async () => {
    await bench.create(
      'bare',
      'def handler(event, context):\n    if event.get("bad"):\n        raise Exception("bad input")\n    return {"statusCode": 200, "got": event}',
    );
    const { ask, permit } = await deploy('bare', 'AWS', 'predict');
    await permit();
    const good = await ask('/predict', post('{"features":[1]}'));
    assert.deepEqual([good.status, await good.json()], [200, { statusCode: 200, got: { features: [1] } }]);
    const bad = await ask('/predict', post('{"bad":true}'));
    assert.equal(bad.status, 400);
    assert.equal(((await bad.json()) as { errorMessage: string }).errorMessage, 'bad input');
  });
});
