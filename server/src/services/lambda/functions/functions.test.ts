import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  AddPermissionCommand,
  CreateAliasCommand,
  DeleteFunctionCommand,
  DeleteLayerVersionCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  ListFunctionsCommand,
  ListLayersCommand,
  ListTagsCommand,
  ListVersionsByFunctionCommand,
  PublishLayerVersionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  RemovePermissionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda';
import { type FunctionBench, openFunctionBench, zipOf } from '../../../../../test/harness/functions.ts';
import { type OwnPlatform, startPlatform } from '../../../../../test/harness/platform.ts';

let platform: OwnPlatform;
let bench: FunctionBench;
before(async () => {
  platform = await startPlatform();
  bench = await openFunctionBench(platform);
});
after(() => platform[Symbol.asyncDispose]());

const returns = (value: string) => `import os\ndef handler(event, context):\n    return ${value}\n`;
const zip = (value: string) => zipOf({ name: 'main.py', text: returns(value) });
const arn = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

describe('functions', () => {
  it('are created, described, listed and deleted', async () => {
    await bench.create('whole', returns('1'), { Description: 'one', Timeout: 7, MemorySize: 256 });
    const client = bench.lambda;
    await waitUntilFunctionActiveV2({ client, maxWaitTime: 30 }, { FunctionName: 'whole' });
    const { Configuration } = await client.send(new GetFunctionCommand({ FunctionName: 'whole' }));
    assert.deepEqual(
      [
        Configuration?.State,
        Configuration?.Runtime,
        Configuration?.Timeout,
        Configuration?.MemorySize,
        Configuration?.FunctionArn,
      ],
      ['Active', 'python3.11', 7, 256, arn('whole')],
    );
    const { Functions = [] } = await client.send(new ListFunctionsCommand({}));
    assert.ok(Functions.some(({ FunctionName }) => FunctionName === 'whole'));
    await client.send(new DeleteFunctionCommand({ FunctionName: 'whole' }));
    await assert.rejects(client.send(new GetFunctionCommand({ FunctionName: 'whole' })), {
      name: 'ResourceNotFoundException',
      message: `Function not found: ${arn('whole')}`,
    });
  });

  it('run new code and variables after an update, also while an old environment is warm', async () => {
    await bench.create('changes', returns('"old"'));
    assert.equal((await bench.invoke('changes')).payload, 'old');
    const FunctionName = 'changes';
    await bench.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: zip('os.environ["WHO"]') }));
    await waitUntilFunctionUpdatedV2({ client: bench.lambda, maxWaitTime: 30 }, { FunctionName });
    const Environment = { Variables: { WHO: 'new' } };
    await bench.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment }));
    assert.equal((await bench.invoke('changes')).payload, 'new');
    const { Environment: shown } = await bench.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    assert.deepEqual(shown?.Variables, { WHO: 'new' });
  });

  it('have versions that do not change, and aliases that point to them', async () => {
    const FunctionName = 'versions';
    await bench.create(FunctionName, returns('1'));
    await bench.lambda.send(new PublishVersionCommand({ FunctionName }));
    await bench.lambda.send(new CreateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: '1' }));
    await bench.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: zip('2'), Publish: true }));
    const { Versions = [] } = await bench.lambda.send(new ListVersionsByFunctionCommand({ FunctionName }));
    assert.deepEqual(
      Versions.map(({ Version }) => Version),
      ['$LATEST', '1', '2'],
    );
    const live = () => bench.invoke('versions', undefined, { Qualifier: 'live' });
    assert.deepEqual([(await live()).payload, (await live()).version], [1, '1']);
    await bench.lambda.send(new UpdateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: '2' }));
    assert.deepEqual([(await live()).payload, (await live()).version], [2, '2']);
  });

  it('have permissions, tags and reserved concurrency', async () => {
    const FunctionName = 'settings';
    await bench.create(FunctionName, returns('1'), { Tags: { team: 'a' } });
    const statement = {
      FunctionName,
      StatementId: 'other',
      Action: 'lambda:InvokeFunction',
      Principal: '111111111111',
    };
    await bench.lambda.send(new AddPermissionCommand(statement));
    const { Policy = '' } = await bench.lambda.send(new GetPolicyCommand({ FunctionName }));
    assert.deepEqual(JSON.parse(Policy).Statement[0].Principal, { AWS: 'arn:aws:iam::111111111111:root' });
    await bench.lambda.send(new RemovePermissionCommand({ FunctionName, StatementId: 'other' }));
    await assert.rejects(bench.lambda.send(new GetPolicyCommand({ FunctionName })), {
      name: 'ResourceNotFoundException',
    });

    const Resource = arn(FunctionName);
    await bench.lambda.send(new TagResourceCommand({ Resource, Tags: { stage: 'dev' } }));
    await bench.lambda.send(new UntagResourceCommand({ Resource, TagKeys: ['team'] }));
    assert.deepEqual((await bench.lambda.send(new ListTagsCommand({ Resource }))).Tags, { stage: 'dev' });

    await bench.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }));
    await assert.rejects(bench.invoke(FunctionName), { name: 'TooManyRequestsException', message: 'Rate Exceeded.' });
  });

  it('see their layers at /opt', async () => {
    const Content = { ZipFile: zipOf({ name: 'python/shared.py', text: 'value = 42\n' }) };
    const layer = { LayerName: 'shared', Content, CompatibleRuntimes: ['python3.11' as const] };
    const { LayerVersionArn = '', Version } = await bench.lambda.send(new PublishLayerVersionCommand(layer));
    assert.equal(LayerVersionArn, `arn:aws:lambda:us-east-1:000000000000:layer:shared:${Version}`);
    const source = 'import shared\ndef handler(event, context):\n    return shared.value\n';
    await bench.create('layered', source, { Layers: [LayerVersionArn] });
    assert.equal((await bench.invoke('layered')).payload, 42);
    const { Layers = [] } = await bench.lambda.send(new ListLayersCommand({}));
    assert.deepEqual(
      Layers.map(({ LayerName, LatestMatchingVersion }) => [LayerName, LatestMatchingVersion?.Version]),
      [['shared', 1]],
    );
    const remove = () => bench.lambda.send(new DeleteLayerVersionCommand({ LayerName: 'shared', VersionNumber: 1 }));
    await assert.rejects(remove(), { name: 'InvalidParameterValueException' });
    await bench.lambda.send(new DeleteFunctionCommand({ FunctionName: 'layered' }));
    await remove();
    assert.deepEqual((await bench.lambda.send(new ListLayersCommand({}))).Layers, []);
  });

  it('are there after a restart', async () => {
    await platform.restart();
    assert.equal((await bench.invoke('changes')).payload, 'new');
    const { Versions = [] } = await bench.lambda.send(new ListVersionsByFunctionCommand({ FunctionName: 'versions' }));
    assert.equal(Versions.length, 3);
  });
});
