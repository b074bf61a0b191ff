import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  DeleteModelPackageCommand,
  DeleteModelPackageGroupCommand,
  DescribeModelPackageCommand,
  DescribeModelPackageGroupCommand,
  paginateListModelPackageGroups,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { startPlatform, startPlatformProcess, type TestPlatform } from '../../../../../../test/harness/platform.ts';
import { bucket, image } from '../../../../../../test/harness/workbench.ts';

let platform: TestPlatform;
let sagemaker: SageMakerClient;
const arnOf = (name: string) => `arn:aws:sagemaker:us-east-1:000000000000:model-package-group/${name}`;

before(async () => {
  platform = await startPlatform();
  sagemaker = platform.client(SageMakerClient);
});
after(() => platform[Symbol.asyncDispose]());

const create = (ModelPackageGroupName: string, more: object = {}) =>
  sagemaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName, ...more }));
const describeGroup = (ModelPackageGroupName: string) =>
  sagemaker.send(new DescribeModelPackageGroupCommand({ ModelPackageGroupName }));
const remove = (ModelPackageGroupName: string) =>
  sagemaker.send(new DeleteModelPackageGroupCommand({ ModelPackageGroupName }));
const missing = (name: string) => ({
  name: 'ValidationException',
  message: `ModelPackageGroup ${arnOf(name)} does not exist.`,
});

describe('model package groups', () => {
  it('are created, described by name and by ARN, and deleted', async () => {
    const { ModelPackageGroupArn: arn } = await create('scores', { ModelPackageGroupDescription: 'exam scores' });
    assert.equal(arn, arnOf('scores'));
    const group = await describeGroup('scores');
    assert.deepEqual(
      [group.ModelPackageGroupName, group.ModelPackageGroupArn, group.ModelPackageGroupDescription],
      ['scores', arn, 'exam scores'],
    );
    assert.equal(group.ModelPackageGroupStatus, 'Completed');
    assert.ok(group.CreationTime && Math.abs(Date.now() - group.CreationTime.getTime()) < 60_000);
    assert.ok(group.CreatedBy);
    assert.equal((await describeGroup(arnOf('scores'))).ModelPackageGroupName, 'scores');
    await remove('scores');
    await assert.rejects(describeGroup('scores'), missing('scores'));
    await create('scores');
  });

  it('lists: filters, order and pages', async () => {
    for (const name of ['list-b', 'list-c', 'list-a']) await create(name);
    const list = async (asked: object) => {
      const names: string[][] = [];
      for await (const page of paginateListModelPackageGroups(
        { client: sagemaker, pageSize: 2 },
        { NameContains: 'list-', ...asked },
      )) {
        names.push((page.ModelPackageGroupSummaryList ?? []).map((group) => group.ModelPackageGroupName ?? ''));
      }
      return names;
    };
    assert.deepEqual(await list({}), [['list-b', 'list-c'], ['list-a']]);
    assert.deepEqual(await list({ SortOrder: 'Descending' }), [['list-a', 'list-c'], ['list-b']]);
    assert.deepEqual(await list({ SortBy: 'Name' }), [['list-a', 'list-b'], ['list-c']]);
    const { CreationTime: time } = await describeGroup('list-c');
    assert.deepEqual((await list({ CreationTimeAfter: time })).flat(), ['list-c', 'list-a']);
    assert.deepEqual((await list({ CreationTimeBefore: time })).flat(), ['list-b', 'list-c']);
  });
});

describe('model package groups refuse', () => {
  it('a name that is taken', async () => {
    await create('taken');
    await assert.rejects(create('taken'), {
      name: 'ValidationException',
      message: `Model Package Group already exists: ${arnOf('taken')}`,
    });
  });

  it('groups that are not there', async () => {
    await assert.rejects(describeGroup('nobody'), missing('nobody'));
    await assert.rejects(remove('nobody'), missing('nobody'));
  });

  it('to go while they hold versions', async () => {
    await create('held');
    const { ModelPackageArn } = await sagemaker.send(
      new CreateModelPackageCommand({
        ModelPackageGroupName: 'held',
        InferenceSpecification: { Containers: [{ Image: image, ModelDataUrl: `s3://${bucket}/none.tar.gz` }] },
      }),
    );
    for (const nameOrArn of ['held', arnOf('held')]) {
      await assert.rejects(remove(nameOrArn), {
        name: 'ConflictException',
        message: `Cannot delete Model Package Group ${arnOf('held')}: it still has model packages.`,
      });
    }
    await sagemaker.send(new DeleteModelPackageCommand({ ModelPackageName: ModelPackageArn }));
    await assert.rejects(sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName: ModelPackageArn })), {
      name: 'ValidationException',
      message: `ModelPackage ${ModelPackageArn} does not exist.`,
    });
    await remove('held');
  });
});

describe('model package groups survive', () => {
  it('the same name requested many times at once', async () => {
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => create('race')));
    assert.equal(results.filter((result) => result.status === 'fulfilled').length, 1);
  });

  it('a version and the end of its group at once: never a version without a group', async () => {
    for (let round = 0; round < 8; round++) {
      const name = `pair-${round}`;
      await create(name);
      const [made, gone] = await Promise.allSettled([
        sagemaker.send(
          new CreateModelPackageCommand({
            ModelPackageGroupName: name,
            InferenceSpecification: { Containers: [{ Image: image, ModelDataUrl: `s3://${bucket}/none.tar.gz` }] },
          }),
        ),
        remove(name),
      ]);
      assert.notEqual(made.status, gone.status, `round ${round}`);
    }
  });

  it('a kill right after the answer', async () => {
    await using killed = await startPlatformProcess();
    const own = killed.client(SageMakerClient, { maxAttempts: 8 });
    await own.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: 'kept' }));
    await killed.kill9();
    await killed.restart();
    const group = await own.send(new DescribeModelPackageGroupCommand({ ModelPackageGroupName: 'kept' }));
    assert.equal(group.ModelPackageGroupArn, arnOf('kept'));
  });
});
