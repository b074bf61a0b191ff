/** REST APIs as the SDK manages them. Texts as observed on AWS. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  APIGatewayClient,
  CreateDeploymentCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  CreateStageCommand,
  DeleteDeploymentCommand,
  DeleteResourceCommand,
  DeleteRestApiCommand,
  DeleteStageCommand,
  GetDeploymentCommand,
  GetDeploymentsCommand,
  GetIntegrationCommand,
  GetMethodCommand,
  GetResourceCommand,
  GetResourcesCommand,
  GetRestApiCommand,
  GetRestApisCommand,
  GetStageCommand,
  GetStagesCommand,
  GetTagsCommand,
  PutIntegrationCommand,
  type PutIntegrationCommandInput,
  PutIntegrationResponseCommand,
  PutMethodCommand,
  type PutMethodCommandInput,
  PutMethodResponseCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateRestApiCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway';
import { IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { type OwnPlatform, startPlatform } from '../../../../test/harness/platform.ts';
import { allow, makeUser } from '../../../../test/harness/user.ts';

let platform: OwnPlatform;
let gateway: APIGatewayClient;
before(async () => {
  platform = await startPlatform();
  gateway = platform.client(APIGatewayClient);
});
after(() => platform[Symbol.asyncDispose]());

async function createApi(name = 'an-api') {
  const { id: restApiId = '', rootResourceId: resourceId = '' } = await gateway.send(
    new CreateRestApiCommand({ name }),
  );
  return { restApiId, resourceId };
}
const onRoot = { httpMethod: 'GET' } as const;

async function createMockApi(name?: string) {
  const api = await createApi(name);
  await gateway.send(new PutMethodCommand({ ...api, ...onRoot, authorizationType: 'NONE' }));
  await gateway.send(new PutIntegrationCommand({ ...api, ...onRoot, type: 'MOCK' }));
  return api;
}

const refused = (name: string, message: string) => ({ name, message });
const bad = (message: string) => refused('BadRequestException', message);
const missing = (message: string) => refused('NotFoundException', message);

describe('REST APIs refuse', () => {
  it('an id that is unknown, with the account in the message', async () => {
    const error = missing('Invalid API identifier specified 000000000000:nothing');
    await assert.rejects(gateway.send(new GetRestApiCommand({ restApiId: 'nothing' })), error);
    await assert.rejects(gateway.send(new DeleteRestApiCommand({ restApiId: 'nothing' })), error);
    await assert.rejects(gateway.send(new GetResourcesCommand({ restApiId: 'nothing' })), error);
  });

  it('a position that another list gave, or none', async () => {
    const { restApiId } = await createApi();
    await createApi();
    const { position } = await gateway.send(new GetRestApisCommand({ limit: 1 }));
    assert.ok(position);
    for (const wrong of [position, 'nonsense']) {
      await assert.rejects(
        gateway.send(new GetResourcesCommand({ restApiId, position: wrong })),
        bad('Invalid position parameter.'),
      );
    }
  });

  it('an empty description and settings that are not built', async () => {
    const create = (rest: object) => gateway.send(new CreateRestApiCommand({ name: 'a', ...rest }));
    await assert.rejects(create({ description: '' }), bad('Description cannot be an empty string'));
    await assert.rejects(create({ policy: '{}' }), bad('policy is not supported.'));
    await assert.rejects(create({ minimumCompressionSize: 0 }), bad('minimumCompressionSize is not supported.'));
  });

  it('resources whose part is taken, is not a part, or is below a greedy variable', async () => {
    const { restApiId, resourceId: parentId } = await createApi();
    const create = (pathPart: string, parent = parentId) =>
      gateway.send(new CreateResourceCommand({ restApiId, parentId: parent, pathPart }));
    const { id: greedy } = await create('{proxy+}');
    await create('a');
    await assert.rejects(
      create('a'),
      refused('ConflictException', 'Another resource with the same parent already has this name: a'),
    );
    await assert.rejects(create('a b'), /Resource's path part only allow/);
    await assert.rejects(create('{id}'), /A sibling \(\{proxy\+\}\) of this resource already has a variable path part/);
    await assert.rejects(
      create('b', greedy),
      bad('Cannot create a child of a resource with a greedy path variable: /{proxy+}'),
    );
    await assert.rejects(create('b', 'nothing'), missing('Invalid Resource identifier specified'));
    await assert.rejects(
      gateway.send(new DeleteResourceCommand({ restApiId, resourceId: parentId })),
      bad('Root resource cannot be deleted'),
    );
  });

  it('methods that exist, and authorization that is not built', async () => {
    const api = await createMockApi();
    const put = (rest: Partial<PutMethodCommandInput>) =>
      gateway.send(new PutMethodCommand({ ...api, ...onRoot, authorizationType: 'NONE', ...rest }));
    await assert.rejects(put({}), refused('ConflictException', 'Method already exists for this resource'));
    await assert.rejects(put({ authorizationType: 'CUSTOM' }), bad('authorizationType CUSTOM is not supported.'));
    await assert.rejects(put({ apiKeyRequired: true }), bad('apiKeyRequired is not supported.'));
    await assert.rejects(put({ httpMethod: 'TRACE' }), /Invalid HttpMethod specified/);
    await assert.rejects(
      gateway.send(new GetMethodCommand({ ...api, httpMethod: 'PUT' })),
      missing('Invalid Method identifier specified'),
    );
  });

  it('integrations that cannot run', async () => {
    const api = await createMockApi();
    const put = (rest: Partial<PutIntegrationCommandInput>) =>
      gateway.send(new PutIntegrationCommand({ ...api, ...onRoot, type: 'HTTP_PROXY', ...rest }));
    await assert.rejects(put({}), bad('Enumeration value for HttpMethod must be non-empty'));
    const get = { integrationHttpMethod: 'GET' };
    await assert.rejects(put({ ...get, uri: 'nowhere' }), bad('Invalid HTTP endpoint specified for URI'));
    await assert.rejects(
      put({ ...get, type: 'AWS_PROXY', uri: 'a-function' }),
      bad('Invalid ARN specified in the request'),
    );
    await assert.rejects(
      put({ ...get, type: 'AWS', uri: 'arn:aws:apigateway:us-east-1:states:action/StartExecution' }),
      /Integrations of type AWS are supported with Lambda functions only/,
    );
    await assert.rejects(
      put({ ...get, uri: 'http://a.example', timeoutInMillis: 49 }),
      bad('Timeout should be between 50 ms and 29000 ms'),
    );
    await assert.rejects(
      put({ type: 'MOCK', requestTemplates: { 'application/json': '$input.body' } }),
      /variables and directives are not supported/,
    );
  });

  it('a response header that the method does not declare', async () => {
    const api = { ...(await createMockApi()), ...onRoot, statusCode: '200' };
    const responseParameters = { 'method.response.header.X-Own': "'a'" };
    const put = () => gateway.send(new PutIntegrationResponseCommand({ ...api, responseParameters }));
    await assert.rejects(put(), missing('Invalid Response status code specified'));
    await gateway.send(new PutMethodResponseCommand(api));
    await assert.rejects(put(), /Invalid mapping expression parameter specified: method.response.header.X-Own/);
  });

  it('deployments without methods or integrations, and removal of one that a stage has', async () => {
    const api = await createApi();
    const deploy = () => gateway.send(new CreateDeploymentCommand({ restApiId: api.restApiId, stageName: 'prod' }));
    await assert.rejects(deploy(), bad("The REST API doesn't contain any methods"));
    await gateway.send(new PutMethodCommand({ ...api, ...onRoot, authorizationType: 'NONE' }));
    await assert.rejects(deploy(), bad('No integration defined for method'));
    await gateway.send(new PutIntegrationCommand({ ...api, ...onRoot, type: 'MOCK' }));
    const { id: deploymentId } = await deploy();
    await assert.rejects(
      gateway.send(new DeleteDeploymentCommand({ restApiId: api.restApiId, deploymentId })),
      bad('Active stages pointing to this deployment must be moved or deleted'),
    );
    await assert.rejects(
      gateway.send(new CreateStageCommand({ restApiId: api.restApiId, stageName: 'prod', deploymentId })),
      refused('ConflictException', 'Stage already exists'),
    );
    await assert.rejects(
      gateway.send(new CreateStageCommand({ restApiId: api.restApiId, stageName: 'b', deploymentId: 'no' })),
      bad('Deployment id does not exist'),
    );
  });

  it('a user without permission for the path, and admit one with it', async () => {
    const { restApiId } = await createApi();
    const other = await createApi();
    const { credentials } = await makeUser(platform, 'reader');
    const PolicyDocument = allow('apigateway:GET', `arn:aws:apigateway:us-east-1::/restapis/${restApiId}`);
    await platform
      .client(IAMClient)
      .send(new PutUserPolicyCommand({ UserName: 'reader', PolicyName: 'p', PolicyDocument }));
    const reader = platform.client(APIGatewayClient, { credentials });
    assert.equal((await reader.send(new GetRestApiCommand({ restApiId }))).id, restApiId);
    await assert.rejects(reader.send(new GetRestApiCommand({ restApiId: other.restApiId })), {
      name: /AccessDenied/,
      message: /apigateway:GET on resource: arn:aws:apigateway:us-east-1::\/restapis\//,
    });
    await assert.rejects(reader.send(new DeleteRestApiCommand({ restApiId })), /apigateway:DELETE/);
  });
});

describe('REST APIs do', () => {
  it('come back as they were created and changed, page by page, until they are deleted', async () => {
    const made = await gateway.send(new CreateRestApiCommand({ name: 'shown', description: 'd', tags: { a: '1' } }));
    assert.deepEqual(
      [made.apiKeySource, made.disableExecuteApiEndpoint, made.endpointConfiguration, made.description, made.tags],
      ['HEADER', false, { types: ['EDGE'], ipAddressType: 'ipv4' }, 'd', { a: '1' }],
    );
    assert.match(made.id ?? '', /^[a-z0-9]{10}$/);
    const restApiId = made.id;
    const patchOperations = [
      { op: 'replace', path: '/name', value: 'changed' },
      { op: 'remove', path: '/description' },
      { op: 'add', path: '/binaryMediaTypes/image~1png' },
    ] as const;
    await gateway.send(new UpdateRestApiCommand({ restApiId, patchOperations: [...patchOperations] }));
    const got = await gateway.send(new GetRestApiCommand({ restApiId }));
    assert.deepEqual([got.name, got.description, got.binaryMediaTypes], ['changed', undefined, ['image/png']]);
    const seen: (string | undefined)[] = [];
    let position: string | undefined;
    do {
      const page = await gateway.send(new GetRestApisCommand({ limit: 1, position }));
      seen.push(...(page.items ?? []).map(({ id }) => id));
      position = page.position;
    } while (position);
    assert.ok(seen.includes(restApiId) && new Set(seen).size === seen.length);
    await gateway.send(new DeleteRestApiCommand({ restApiId }));
    await assert.rejects(gateway.send(new GetRestApiCommand({ restApiId })), { name: 'NotFoundException' });
  });

  it('have a tree of resources with methods, integrations and responses', async () => {
    const { restApiId, resourceId: parentId } = await createApi();
    const { id: users = '' } = await gateway.send(
      new CreateResourceCommand({ restApiId, parentId, pathPart: 'users' }),
    );
    const { id = '', path } = await gateway.send(
      new CreateResourceCommand({ restApiId, parentId: users, pathPart: '{id}' }),
    );
    assert.equal(path, '/users/{id}');
    const method = { restApiId, resourceId: id, httpMethod: 'ANY' };
    await gateway.send(new PutMethodCommand({ ...method, authorizationType: 'AWS_IAM' }));
    await gateway.send(new PutMethodResponseCommand({ ...method, statusCode: '200' }));
    await gateway.send(
      new PutIntegrationCommand({ ...method, type: 'HTTP', integrationHttpMethod: 'POST', uri: 'http://a.example/b' }),
    );
    await gateway.send(
      new PutIntegrationResponseCommand({ ...method, statusCode: '200', selectionPattern: '2\\d\\d' }),
    );
    const integration = await gateway.send(new GetIntegrationCommand(method));
    assert.deepEqual(
      [integration.type, integration.httpMethod, integration.uri, integration.timeoutInMillis],
      ['HTTP', 'POST', 'http://a.example/b', 29_000],
    );
    const embedded = await gateway.send(new GetResourceCommand({ restApiId, resourceId: id, embed: ['methods'] }));
    assert.equal(embedded.resourceMethods?.ANY?.methodIntegration?.integrationResponses?.['200']?.statusCode, '200');
    const { items } = await gateway.send(new GetResourcesCommand({ restApiId }));
    assert.deepEqual(items?.map((one) => one.path).sort(), ['/', '/users', '/users/{id}']);
    await gateway.send(new DeleteResourceCommand({ restApiId, resourceId: users }));
    assert.equal((await gateway.send(new GetResourcesCommand({ restApiId }))).items?.length, 1);
  });

  it('keep every resource of calls at the same time', async () => {
    const { restApiId, resourceId: parentId } = await createApi();
    const parts = ['a', 'b', 'c', 'd'];
    await Promise.all(
      parts.map((pathPart) => gateway.send(new CreateResourceCommand({ restApiId, parentId, pathPart }))),
    );
    const { items } = await gateway.send(new GetResourcesCommand({ restApiId }));
    assert.deepEqual(items?.flatMap((one) => one.pathPart ?? []).sort(), parts);
  });

  it('are deployed to stages, which move between deployments and have variables', async () => {
    const { restApiId } = await createMockApi();
    const { id: first = '' } = await gateway.send(
      new CreateDeploymentCommand({ restApiId, stageName: 'prod', variables: { a: '1' } }),
    );
    const { id: second } = await gateway.send(new CreateDeploymentCommand({ restApiId, description: 'two' }));
    const stage = { restApiId, stageName: 'prod' };
    assert.equal((await gateway.send(new GetStageCommand(stage))).deploymentId, first);
    const patchOperations = [
      { op: 'replace' as const, path: '/deploymentId', value: second },
      { op: 'replace' as const, path: '/variables/b', value: '2' },
    ];
    const updated = await gateway.send(new UpdateStageCommand({ ...stage, patchOperations }));
    assert.deepEqual([updated.deploymentId, updated.variables], [second, { a: '1', b: '2' }]);
    const embed = { restApiId, deploymentId: first, embed: ['apisummary'] };
    const { apiSummary } = await gateway.send(new GetDeploymentCommand(embed));
    assert.deepEqual(apiSummary, { '/': { GET: { authorizationType: 'NONE', apiKeyRequired: false } } });
    assert.equal((await gateway.send(new GetDeploymentsCommand({ restApiId }))).items?.length, 2);
    await gateway.send(new DeleteDeploymentCommand({ restApiId, deploymentId: first }));
    assert.equal((await gateway.send(new GetStagesCommand({ restApiId }))).item?.length, 1);
    await gateway.send(new DeleteStageCommand(stage));
    await assert.rejects(gateway.send(new GetStageCommand(stage)), missing('Invalid Stage identifier specified'));
  });

  it('have tags, and their stages too', async () => {
    const { restApiId } = await createMockApi();
    await gateway.send(new CreateDeploymentCommand({ restApiId, stageName: 'prod' }));
    const arn = `arn:aws:apigateway:us-east-1::/restapis/${restApiId}`;
    for (const resourceArn of [arn, `${arn}/stages/prod`]) {
      await gateway.send(new TagResourceCommand({ resourceArn, tags: { a: '1', b: '2' } }));
      await gateway.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a'] }));
      assert.deepEqual((await gateway.send(new GetTagsCommand({ resourceArn }))).tags, { b: '2' });
    }
  });
});
