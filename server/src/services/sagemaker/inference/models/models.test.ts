import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateModelCommand,
  type CreateModelCommandInput,
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  DeleteModelCommand,
  DescribeModelCommand,
  DescribeModelPackageCommand,
  paginateListModels,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import { until } from '../../../../../../examples/workflow/stage.ts';
import { startPlatform, type TestPlatform } from '../../../../../../test/harness/platform.ts';
import { bucket, image, openWorkbench, useBucket, type Workbench } from '../../../../../../test/harness/workbench.ts';

let platform: TestPlatform;
let bench: Workbench;
const url = `s3://${bucket}/base/model.tar.gz`;
const arnOf = (name: string) => `arn:aws:sagemaker:us-east-1:000000000000:model/${name}`;

before(async () => {
  platform = await startPlatform();
  bench = await openWorkbench(platform);
  await bench.put('base/model.tar.gz', 'opened when it is deployed, not before');
});
after(() => platform[Symbol.asyncDispose]());

const create = (name: string, changes: Partial<CreateModelCommandInput> = {}) =>
  bench.sagemaker.send(
    new CreateModelCommand({
      ModelName: name,
      ExecutionRoleArn: bench.roleArn,
      PrimaryContainer: { Image: image, ModelDataUrl: url },
      ...changes,
    }),
  );
const describeModel = (name: string) => bench.sagemaker.send(new DescribeModelCommand({ ModelName: name }));
const remove = (name: string) => bench.sagemaker.send(new DeleteModelCommand({ ModelName: name }));
const validation = (message: string | RegExp) => ({ name: 'ValidationException', message });
const missing = (name: string) => validation(`Could not find model "${arnOf(name)}".`);

/** A version of the group `versions`, as soon as its check has ended. */
async function versionOf(modelDataUrl: string) {
  const { ModelPackageArn: arn } = await bench.sagemaker.send(
    new CreateModelPackageCommand({
      ModelPackageGroupName: 'versions',
      InferenceSpecification: {
        Containers: [{ Image: image, ModelDataUrl: modelDataUrl, Environment: { OF: 'package' } }],
      },
    }),
  );
  await until('the check', async () => {
    const version = await bench.sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName: arn }));
    return /^(Completed|Failed)$/.test(version.ModelPackageStatus ?? '') ? true : undefined;
  });
  return arn ?? '';
}

describe('models', () => {
  it('are created, described and deleted', async () => {
    const container = { Image: image, ModelDataUrl: url, Environment: { LEVEL: '1' }, ContainerHostname: 'main' };
    const { ModelArn: arn } = await create('plain', { PrimaryContainer: container });
    assert.equal(arn, arnOf('plain'));
    const model = await describeModel('plain');
    assert.deepEqual(
      [model.ModelName, model.ModelArn, model.ExecutionRoleArn, model.EnableNetworkIsolation],
      ['plain', arn, bench.roleArn, false],
    );
    assert.deepEqual(model.PrimaryContainer, container);
    assert.ok(model.CreationTime);
    await remove('plain');
    await assert.rejects(describeModel('plain'), missing('plain'));
    // The SageMaker SDK sends these, empty, where there is no script.
    const Environment = { SAGEMAKER_PROGRAM: '', SAGEMAKER_SUBMIT_DIRECTORY: '' };
    await create('plain', { PrimaryContainer: { ...container, Environment } });
  });

  it('are created from a version that is Approved', async () => {
    await bench.sagemaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: 'versions' }));
    const trained = await bench.train('trained');
    const arn = await versionOf(trained.ModelArtifacts?.S3ModelArtifacts ?? '');
    const deploy = () => create('approved', { PrimaryContainer: { ModelPackageName: arn } });
    for (const status of ['PendingManualApproval', 'Rejected'] as const) {
      await bench.sagemaker.send(new UpdateModelPackageCommand({ ModelPackageArn: arn, ModelApprovalStatus: status }));
      await assert.rejects(
        deploy(),
        validation(
          `Model package "${arn}" has approval status ${status}: only an Approved version may be deployed. ` +
            'Approve it with UpdateModelPackage, or start the platform with --no-require-approved-model-package.',
        ),
      );
    }
    await bench.sagemaker.send(
      new UpdateModelPackageCommand({ ModelPackageArn: arn, ModelApprovalStatus: 'Approved' }),
    );
    await deploy();
    assert.deepEqual((await describeModel('approved')).PrimaryContainer, { ModelPackageName: arn });
    const failed = await versionOf(url);
    await assert.rejects(
      create('failed', { PrimaryContainer: { ModelPackageName: failed } }),
      validation(`Model package "${failed}" is Failed, not Completed.`),
    );
  });

  it('lists: filters, order and pages', async () => {
    for (const name of ['list-b', 'list-c', 'list-a']) await create(name);
    const list = async (asked: object) => {
      const names: string[][] = [];
      for await (const page of paginateListModels(
        { client: bench.sagemaker, pageSize: 2 },
        { NameContains: 'list-', ...asked },
      )) {
        names.push((page.Models ?? []).map((model) => model.ModelName ?? ''));
      }
      return names;
    };
    assert.deepEqual(await list({}), [['list-a', 'list-c'], ['list-b']]);
    assert.deepEqual(await list({ SortOrder: 'Ascending' }), [['list-b', 'list-c'], ['list-a']]);
    assert.deepEqual(await list({ SortBy: 'Name', SortOrder: 'Ascending' }), [['list-a', 'list-b'], ['list-c']]);
    const { CreationTime: time } = await describeModel('list-c');
    assert.deepEqual((await list({ CreationTimeAfter: time })).flat(), ['list-a', 'list-c']);
    assert.deepEqual((await list({ CreationTimeBefore: time })).flat(), ['list-c', 'list-b']);
  });
});

describe('models refuse', () => {
  it('a name that is taken, and models that are not there', async () => {
    await create('taken');
    await assert.rejects(create('taken'), validation(`Cannot create already existing model "${arnOf('taken')}".`));
    await assert.rejects(describeModel('nobody'), missing('nobody'));
    await assert.rejects(remove('nobody'), missing('nobody'));
  });

  const container = { Image: image, ModelDataUrl: url };
  const notServed = (what: string) =>
    `Environment variable ${what} is not supported by Clary yet: models are served by the built-in XGBoost alone.`;
  for (const [what, changes, message] of [
    ['no container', { PrimaryContainer: undefined }, 'Requires at least 1 container definition.'],
    ['a pipeline', { PrimaryContainer: undefined, Containers: [container, container] }, 'Inference pipelines (more than one container) are not supported by Clary yet.'],
    ['many models in one container', { PrimaryContainer: { ...container, Mode: 'MultiModel' } }, 'Multi-model containers (Mode MultiModel) are not supported by Clary yet.'],
    ['no artifact', { PrimaryContainer: { Image: image } }, 'The container definition needs an Image and a ModelDataUrl, or a ModelPackageName.'],
    ['an image that nobody knows', { PrimaryContainer: { ...container, Image: 'example.com/own:1' } }, /^no runtime for image example\.com\/own:1; known for serving: /],
    ['a version that is not there', { PrimaryContainer: { ModelPackageName: 'nobody' } }, 'Could not find model package "nobody".'],
    ['a script', { PrimaryContainer: { ...container, Environment: { SAGEMAKER_PROGRAM: 'inference.py' } } }, notServed('SAGEMAKER_PROGRAM (inference scripts)')],
    ['the archive of a script', { PrimaryContainer: { ...container, Environment: { SAGEMAKER_SUBMIT_DIRECTORY: 's3://b/c' } } }, notServed('SAGEMAKER_SUBMIT_DIRECTORY (inference scripts)')],
    ['selected output', { PrimaryContainer: { ...container, Environment: { SAGEMAKER_INFERENCE_OUTPUT: 'predicted_label' } } }, notServed('SAGEMAKER_INFERENCE_OUTPUT (selected inference output)')],
    ['another Accept', { PrimaryContainer: { ...container, Environment: { SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT: 'text/csv' } } }, notServed('SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT (another default of Accept)')],
    ['a place that is not in S3', { PrimaryContainer: { ...container, ModelDataUrl: 'https://example.com/m.tar.gz' } }, 'Invalid S3 URI for model data: https://example.com/m.tar.gz'],
  ] as [string, Partial<CreateModelCommandInput>, string | RegExp][]) {
    it(what, () => assert.rejects(create('refused', changes), validation(message)));
  } // biome-ignore format: a table

  it('an artifact that the role cannot read', async () => {
    const cannot = (role: string, at: string) =>
      validation(
        `Could not access model data at ${at}. Please ensure that the role "${role}" exists and that its trust relationship policy allows the action ` +
          '"sts:AssumeRole" for the service principal "sagemaker.amazonaws.com". Also ensure that the role has "s3:GetObject" permissions and that the ' +
          'object is located in us-east-1.',
      );
    const nobody = 'arn:aws:iam::000000000000:role/nobody';
    await assert.rejects(create('refused', { ExecutionRoleArn: nobody }), cannot(nobody, url));
    const blind = await bench.role('blind', [useBucket[0] ?? {}]);
    await assert.rejects(create('refused', { ExecutionRoleArn: blind }), cannot(blind, url));
    const gone = `s3://${bucket}/gone.tar.gz`;
    const PrimaryContainer = { Image: image, ModelDataUrl: gone };
    await assert.rejects(create('refused', { PrimaryContainer }), cannot(bench.roleArn, gone));
  });
});

describe('models survive', () => {
  it('the same name requested many times at once', async () => {
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => create('race')));
    assert.equal(results.filter((result) => result.status === 'fulfilled').length, 1);
  });

  it('a platform that may deploy what is not approved', async () => {
    await using open = await startPlatform({ flags: ['--no-require-approved-model-package'] });
    const own = await openWorkbench(open);
    const trained = await own.train('trained');
    await own.sagemaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: 'versions' }));
    const { ModelPackageArn: arn } = await own.sagemaker.send(
      new CreateModelPackageCommand({
        ModelPackageGroupName: 'versions',
        InferenceSpecification: {
          Containers: [{ Image: image, ModelDataUrl: trained.ModelArtifacts?.S3ModelArtifacts }],
        },
      }),
    );
    const model = { ModelName: 'early', ExecutionRoleArn: own.roleArn, PrimaryContainer: { ModelPackageName: arn } };
    const version = await own.sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName: arn }));
    assert.match(version.ModelPackageStatus ?? '', /^(Pending|InProgress)$/);
    // Its check ends first, whatever its approval.
    await own.sagemaker.send(new CreateModelCommand(model));
  });
});
