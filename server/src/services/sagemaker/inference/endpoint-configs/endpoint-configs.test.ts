import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateEndpointCommand,
  type CreateEndpointConfigCommandInput,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DescribeEndpointConfigCommand,
  paginateListEndpointConfigs,
} from '@aws-sdk/client-sagemaker';
import { startPlatform, type TestPlatform } from '../../../../../../test/harness/platform.ts';
import { bucket, openWorkbench, variant, type Workbench } from '../../../../../../test/harness/workbench.ts';

let platform: TestPlatform;
let bench: Workbench;
const arnOf = (name: string) => `arn:aws:sagemaker:us-east-1:000000000000:endpoint-config/${name}`;

before(async () => {
  platform = await startPlatform();
  bench = await openWorkbench(platform);
  await bench.put('base/model.tar.gz', 'never opened here');
  await bench.createModel('base', `s3://${bucket}/base/model.tar.gz`);
});
after(() => platform[Symbol.asyncDispose]());

const create = (name: string, changes: Partial<CreateEndpointConfigCommandInput> = {}) =>
  bench.createConfig(name, 'base', changes);
const describeConfig = (name: string) =>
  bench.sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName: name }));
const remove = (name: string) => bench.sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: name }));
const validation = (message: string | RegExp) => ({ name: 'ValidationException', message });
const missing = (name: string) => validation(`Could not find endpoint configuration "${arnOf(name)}".`);

describe('endpoint configurations', () => {
  it('are created, described and deleted', async () => {
    const ProductionVariants = [
      variant('blue', 'base', { InitialVariantWeight: 3 }),
      variant('green', 'base', { InitialInstanceCount: 2 }),
    ];
    const DataCaptureConfig = {
      EnableCapture: true,
      InitialSamplingPercentage: 50,
      DestinationS3Uri: `s3://${bucket}/captured`,
      CaptureOptions: [{ CaptureMode: 'Input' as const }],
    };
    const { EndpointConfigArn: arn } = await create('plain', { ProductionVariants, DataCaptureConfig });
    assert.equal(arn, arnOf('plain'));
    const config = await describeConfig('plain');
    assert.deepEqual([config.EndpointConfigName, config.EndpointConfigArn], ['plain', arn]);
    assert.deepEqual(config.ProductionVariants, ProductionVariants);
    assert.deepEqual(config.DataCaptureConfig, DataCaptureConfig);
    assert.ok(config.CreationTime);
    await remove('plain');
    await assert.rejects(describeConfig('plain'), missing('plain'));
  });

  it('lists: filters, order and pages', async () => {
    for (const name of ['list-b', 'list-c', 'list-a']) await create(name);
    const list = async (asked: object) => {
      const names: string[][] = [];
      for await (const page of paginateListEndpointConfigs(
        { client: bench.sagemaker, pageSize: 2 },
        { NameContains: 'list-', ...asked },
      )) {
        names.push((page.EndpointConfigs ?? []).map((config) => config.EndpointConfigName ?? ''));
      }
      return names;
    };
    assert.deepEqual(await list({}), [['list-a', 'list-c'], ['list-b']]);
    assert.deepEqual(await list({ SortOrder: 'Ascending' }), [['list-b', 'list-c'], ['list-a']]);
    assert.deepEqual(await list({ SortBy: 'Name', SortOrder: 'Ascending' }), [['list-a', 'list-b'], ['list-c']]);
    const { CreationTime: time } = await describeConfig('list-c');
    assert.deepEqual((await list({ CreationTimeAfter: time })).flat(), ['list-a', 'list-c']);
    assert.deepEqual((await list({ CreationTimeBefore: time })).flat(), ['list-c', 'list-b']);
  });
});

describe('endpoint configurations refuse', () => {
  it('a name that is taken, and configurations that are not there', async () => {
    await create('taken');
    await assert.rejects(
      create('taken'),
      validation(`Cannot create already existing endpoint configuration "${arnOf('taken')}".`),
    );
    await assert.rejects(describeConfig('nobody'), missing('nobody'));
    await assert.rejects(remove('nobody'), missing('nobody'));
  });

  const capture = { InitialSamplingPercentage: 100, CaptureOptions: [{ CaptureMode: 'Input' as const }] };
  for (const [what, changes, message] of [
    ['a model that is not there', { ProductionVariants: [variant('v', 'nobody')] }, 'Could not find model "arn:aws:sagemaker:us-east-1:000000000000:model/nobody".'],
    ['a variant twice', { ProductionVariants: [variant('v', 'base'), variant('v', 'base')] }, 'Production variant name "v" is used more than once.'],
    ['no instance type', { ProductionVariants: [variant('v', 'base', { InstanceType: undefined })] }, 'Production variant "v" must name an InstanceType.'],
    ['no model', { ProductionVariants: [variant('v', 'base', { ModelName: undefined })] }, 'Production variant "v" must name a model (ModelName).'],
    ['serverless variants', { ProductionVariants: [variant('v', 'base', { ServerlessConfig: { MemorySizeInMB: 1024, MaxConcurrency: 1 } })] }, 'ServerlessConfig is not supported by Clary yet.'],
    ['shadow variants', { ShadowProductionVariants: [variant('s', 'base')] }, 'ShadowProductionVariants is not supported by Clary yet.'],
    ['asynchronous inference', { AsyncInferenceConfig: { OutputConfig: { S3OutputPath: `s3://${bucket}/x` } } }, 'AsyncInferenceConfig is not supported by Clary yet.'],
    ['captured data that goes nowhere', { DataCaptureConfig: { ...capture, DestinationS3Uri: 'https://example.com/x' } }, 'Invalid S3 URI for data capture: https://example.com/x'],
    ['no variant', { ProductionVariants: [] }, /^1 validation error detected: Value '\[\]' at 'productionVariants' failed to satisfy constraint: Member must have length greater than or equal to 1$/],
  ] as [string, Partial<CreateEndpointConfigCommandInput>, string | RegExp][]) {
    it(what, () => assert.rejects(create('refused', changes), validation(message)));
  } // biome-ignore format: a table

  it('more copies than this machine serves', () =>
    assert.rejects(create('refused', { ProductionVariants: [variant('v', 'base', { InitialInstanceCount: 17 })] }), {
      name: 'ResourceLimitExceeded',
      message: 'Production variant "v": InitialInstanceCount 17 is more than this machine serves (16).',
    }));
});

describe('endpoint configurations survive', () => {
  it('the same name requested many times at once', async () => {
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => create('race')));
    assert.equal(results.filter((result) => result.status === 'fulfilled').length, 1);
  });

  it('an endpoint created and the configuration deleted at once: the endpoint has its copy or does not exist', async () => {
    for (let round = 0; round < 8; round++) {
      const name = `pair-${round}`;
      const ProductionVariants = [variant('v', 'base', { InitialVariantWeight: round + 2 })];
      await create(name, { ProductionVariants });
      const [made, gone] = await Promise.allSettled([
        bench.sagemaker.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: name })),
        remove(name),
      ]);
      assert.equal(gone.status, 'fulfilled', `round ${round}`);
      if (made.status === 'rejected') assert.deepEqual(made.reason.message, missing(name).message);
      else {
        // Its model is no archive: that it was tried shows that the copy is there.
        const endpoint = await bench.endpointWhen(name, 'Failed');
        assert.match(endpoint.FailureReason ?? '', /^The model of variant v could not be prepared: /);
        await bench.sagemaker.send(new DeleteEndpointCommand({ EndpointName: name }));
      }
    }
  });
});
