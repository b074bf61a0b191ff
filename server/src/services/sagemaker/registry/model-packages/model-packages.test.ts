import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { PutUserPolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateModelPackageCommand,
  type CreateModelPackageCommandInput,
  CreateModelPackageGroupCommand,
  DeleteModelPackageCommand,
  DeleteModelPackageGroupCommand,
  DescribeModelPackageCommand,
  ListModelPackagesCommand,
  paginateListModelPackages,
  SageMakerClient,
  UpdateModelPackageCommand,
  type UpdateModelPackageCommandInput,
} from '@aws-sdk/client-sagemaker';
import { until } from '../../../../../../examples/workflow/stage.ts';
import { startPlatform, startPlatformProcess, type TestPlatform } from '../../../../../../test/harness/platform.ts';
import { allow, makeUser } from '../../../../../../test/harness/user.ts';
import { bucket, image, openWorkbench, type Workbench } from '../../../../../../test/harness/workbench.ts';

let platform: TestPlatform;
let bench: Workbench;
let modelDataUrl = '';
const arnOf = (name: string) => `arn:aws:sagemaker:us-east-1:000000000000:model-package/${name}`;

before(async () => {
  platform = await startPlatform();
  bench = await openWorkbench(platform);
  modelDataUrl = (await bench.train('base')).ModelArtifacts?.S3ModelArtifacts ?? '';
});
after(() => platform[Symbol.asyncDispose]());

const group = (ModelPackageGroupName: string, sagemaker = bench.sagemaker) =>
  sagemaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName }));
const specification = (url: string) => ({ Containers: [{ Image: image, ModelDataUrl: url }] });
async function create(input: CreateModelPackageCommandInput, sagemaker = bench.sagemaker): Promise<string> {
  const request = { InferenceSpecification: specification(modelDataUrl), ...input };
  return (await sagemaker.send(new CreateModelPackageCommand(request))).ModelPackageArn ?? '';
}
const describePackage = (name: string, sagemaker = bench.sagemaker) =>
  sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName: name }));
const checked = (name: string, sagemaker = bench.sagemaker) =>
  until(`the check of ${name}`, async () => {
    const version = await describePackage(name, sagemaker);
    return /^(Completed|Failed)$/.test(version.ModelPackageStatus ?? '') ? version : undefined;
  });
const update = (name: string, changes: Partial<UpdateModelPackageCommandInput>) =>
  bench.sagemaker.send(new UpdateModelPackageCommand({ ModelPackageArn: arnOf(name), ...changes }));
const validation = (message: string | RegExp) => ({ name: 'ValidationException', message });

describe('model packages', () => {
  it('numbers the versions of a group, checks the artifact and describes', async () => {
    await group('scores');
    assert.equal(
      await create({ ModelPackageGroupName: 'scores', ModelPackageDescription: 'the first' }),
      arnOf('scores/1'),
    );
    const second = await create({
      ModelPackageGroupName: 'arn:aws:sagemaker:us-east-1:000000000000:model-package-group/scores',
      ModelApprovalStatus: 'Approved',
      CustomerMetadataProperties: { team: 'exams' },
    });
    assert.equal(second, arnOf('scores/2'));
    const version = await checked(arnOf('scores/1'));
    assert.equal(version.ModelPackageStatus, 'Completed', JSON.stringify(version.ModelPackageStatusDetails));
    assert.deepEqual(version.ModelPackageStatusDetails, {
      ValidationStatuses: [{ Name: 'artifact', Status: 'Completed' }],
      ImageScanStatuses: [],
    });
    assert.deepEqual(
      [version.ModelPackageName, version.ModelPackageGroupName, version.ModelPackageVersion, version.ModelPackageArn],
      [undefined, 'scores', 1, arnOf('scores/1')],
    );
    assert.deepEqual(
      [version.ModelApprovalStatus, version.ModelPackageDescription],
      ['PendingManualApproval', 'the first'],
    );
    assert.deepEqual(version.InferenceSpecification?.Containers?.[0]?.ModelDataUrl, modelDataUrl);
    assert.ok(version.CreationTime && version.LastModifiedTime && version.CreatedBy);
    const other = await checked(arnOf('scores/2'));
    assert.deepEqual([other.ModelPackageVersion, other.ModelApprovalStatus], [2, 'Approved']);
    assert.deepEqual(other.CustomerMetadataProperties, { team: 'exams' });
  });

  it('changes approval and metadata, and names the caller', async () => {
    await group('approval');
    await create({ ModelPackageGroupName: 'approval', CustomerMetadataProperties: { a: '1', b: '2' } });
    // While the check runs, too: both write the same row.
    const { ModelPackageArn } = await update('approval/1', {
      ModelApprovalStatus: 'Approved',
      ApprovalDescription: 'rmse below 5',
      CustomerMetadataProperties: { c: '3' },
      CustomerMetadataPropertiesToRemove: ['a'],
    });
    assert.equal(ModelPackageArn, arnOf('approval/1'));
    const version = await checked(arnOf('approval/1'));
    assert.deepEqual(
      [version.ModelPackageStatus, version.ModelApprovalStatus, version.ApprovalDescription],
      ['Completed', 'Approved', 'rmse below 5'],
    );
    assert.deepEqual(version.CustomerMetadataProperties, { b: '2', c: '3' });
    assert.ok(version.LastModifiedBy);
    await update('approval/1', { ModelApprovalStatus: 'Rejected' });
    const rejected = await describePackage(arnOf('approval/1'));
    assert.deepEqual([rejected.ModelApprovalStatus, rejected.ApprovalDescription], ['Rejected', 'rmse below 5']);
  });

  it('lives without a group', async () => {
    assert.equal(await create({ ModelPackageName: 'alone' }), arnOf('alone'));
    const alone = await checked('alone');
    assert.deepEqual(
      [alone.ModelPackageName, alone.ModelPackageVersion, alone.ModelApprovalStatus],
      ['alone', undefined, undefined],
    );
    const { ModelPackageSummaryList: unversioned = [] } = await bench.sagemaker.send(new ListModelPackagesCommand({}));
    assert.deepEqual(
      unversioned.map((version) => version.ModelPackageName),
      ['alone'],
    );
    await bench.sagemaker.send(new DeleteModelPackageCommand({ ModelPackageName: 'alone' }));
    await assert.rejects(describePackage('alone'), validation(`ModelPackage ${arnOf('alone')} does not exist.`));
  });

  it('lists: filters, order and pages', async () => {
    await group('list');
    for (let i = 0; i < 3; i++) await create({ ModelPackageGroupName: 'list' });
    await update('list/2', { ModelApprovalStatus: 'Approved' });
    const list = async (asked: object) => {
      const versions: number[][] = [];
      for await (const page of paginateListModelPackages(
        { client: bench.sagemaker, pageSize: 2 },
        { ModelPackageGroupName: 'list', ...asked },
      )) {
        versions.push((page.ModelPackageSummaryList ?? []).map((version) => version.ModelPackageVersion ?? 0));
      }
      return versions;
    };
    assert.deepEqual(await list({}), [[1, 2], [3]]);
    assert.deepEqual(await list({ SortOrder: 'Descending' }), [[3, 2], [1]]);
    assert.deepEqual(await list({ SortBy: 'Name', SortOrder: 'Descending' }), [[3, 2], [1]]);
    assert.deepEqual(await list({ ModelApprovalStatus: 'Approved' }), [[2]]);
    const { CreationTime: time } = await describePackage(arnOf('list/2'));
    assert.deepEqual((await list({ CreationTimeAfter: time })).flat(), [2, 3]);
    assert.deepEqual((await list({ CreationTimeBefore: time })).flat(), [1, 2]);
    await group('long');
    const numbers = Array.from({ length: 11 }, (_, i) => i + 1);
    for (const _ of numbers) {
      const InferenceSpecification = specification(`s3://${bucket}/none.tar.gz`);
      await create({ ModelPackageGroupName: 'long', InferenceSpecification });
    }
    for (const SortBy of ['Name', 'CreationTime']) {
      assert.deepEqual((await list({ ModelPackageGroupName: 'long', SortBy })).flat(), numbers);
    }
    const both = await list({ ModelPackageGroupName: undefined, ModelPackageType: 'Both', NameContains: 'list' });
    assert.deepEqual(both.flat(), [1, 2, 3]);
  });
});

describe('model packages refuse', () => {
  it('to give a number twice, until their group is made anew', async () => {
    await group('numbers');
    for (const number of [1, 2]) {
      assert.equal(await create({ ModelPackageGroupName: 'numbers' }), arnOf(`numbers/${number}`));
    }
    const remove = (number: number) =>
      bench.sagemaker.send(new DeleteModelPackageCommand({ ModelPackageName: arnOf(`numbers/${number}`) }));
    await remove(2);
    const gone = validation(`ModelPackage ${arnOf('numbers/2')} does not exist.`);
    await assert.rejects(describePackage(arnOf('numbers/2')), gone);
    await assert.rejects(remove(2), gone);
    assert.equal(await create({ ModelPackageGroupName: 'numbers' }), arnOf('numbers/3'));
    const { ModelPackageSummaryList: versions } = await bench.sagemaker.send(
      new ListModelPackagesCommand({ ModelPackageGroupName: 'numbers' }),
    );
    assert.deepEqual(
      versions?.map((version) => version.ModelPackageVersion),
      [1, 3],
    );
    for (const number of [1, 3]) await remove(number);
    await bench.sagemaker.send(new DeleteModelPackageGroupCommand({ ModelPackageGroupName: 'numbers' }));
    await group('numbers');
    assert.equal(await create({ ModelPackageGroupName: 'numbers' }), arnOf('numbers/1'));
  });

  it('groups and versions that are not there, and a name that is taken', async () => {
    await assert.rejects(
      create({ ModelPackageGroupName: 'nobody' }),
      validation(
        'Model Package Group does not exist: arn:aws:sagemaker:us-east-1:000000000000:model-package-group/nobody',
      ),
    );
    const gone = validation(`ModelPackage ${arnOf('nobody/1')} does not exist.`);
    await assert.rejects(describePackage(arnOf('nobody/1')), gone);
    await assert.rejects(update('nobody/1', { ModelApprovalStatus: 'Approved' }), gone);
    await assert.rejects(
      bench.sagemaker.send(new DeleteModelPackageCommand({ ModelPackageName: arnOf('nobody/1') })),
      gone,
    );
    await create({ ModelPackageName: 'taken' });
    await assert.rejects(create({ ModelPackageName: 'taken' }), {
      name: 'ConflictException',
      message: `Model Package already exists: ${arnOf('taken')}`,
    });
  });

  it('requests that name no artifact, no image that serves, or two homes', async () => {
    await group('shape');
    const refused = (changes: CreateModelPackageCommandInput, message: string) =>
      assert.rejects(create({ ModelPackageGroupName: 'shape', ...changes }), validation(message));
    await refused(
      { ModelPackageName: 'shape' },
      'Both ModelPackageName and ModelPackageGroupName are provided in the input. Cannot determine which one to use.',
    );
    await refused({ ModelPackageGroupName: undefined }, 'Missing ARN.');
    await refused(
      { InferenceSpecification: undefined },
      'InferenceSpecification with exactly one container is what Clary supports yet.',
    );
    await refused(
      { InferenceSpecification: { Containers: [{ Image: image }] } },
      'The container needs an Image and a ModelDataUrl in S3.',
    );
    await assert.rejects(
      create({
        ModelPackageGroupName: 'shape',
        InferenceSpecification: { Containers: [{ Image: 'example.com/own:1', ModelDataUrl: modelDataUrl }] },
      }),
      validation(/^no runtime for image example\.com\/own:1; known for registering: sagemaker-xgboost/),
    );
  });

  it('a caller who may not read the artifact', async () => {
    await group('secret');
    const { credentials } = await makeUser(platform, 'ann');
    const own = { UserName: 'ann', PolicyName: 'own', PolicyDocument: allow('sagemaker:*') };
    await bench.iam.send(new PutUserPolicyCommand(own));
    const ann = platform.client(SageMakerClient, { credentials });
    await assert.rejects(create({ ModelPackageGroupName: 'secret' }, ann), {
      name: 'AccessDeniedException',
      message:
        /is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::workbench\/model\/base\/output\/model\.tar\.gz"/,
    });
  });

  it('artifacts that cannot serve: the version is Failed and says why', async () => {
    await group('bad');
    const files: [key: string, body: string | Uint8Array | undefined, reason: RegExp][] = [
      ['missing', undefined, /^The artifact s3:\/\/workbench\/bad\/missing could not be read: NoSuchKey: /],
      ['text', 'this is no archive', /^The artifact s3:\/\/workbench\/bad\/text could not be opened: /],
      ['empty', gzipSync(new Uint8Array(1024)), /^The model could not be asked: .*holds no file/],
    ];
    for (const [key, body, reason] of files) {
      if (body !== undefined) await bench.put(`bad/${key}`, body);
      const arn = await create({
        ModelPackageGroupName: 'bad',
        InferenceSpecification: specification(`s3://${bucket}/bad/${key}`),
      });
      const version = await checked(arn);
      assert.equal(version.ModelPackageStatus, 'Failed');
      const [status] = version.ModelPackageStatusDetails?.ValidationStatuses ?? [];
      assert.equal(status?.Status, 'Failed');
      assert.match(status?.FailureReason ?? '', reason);
    }
  });
});

describe('model packages survive', () => {
  it('many versions at once: each number is given once', async () => {
    await group('race');
    const arns = await Promise.all(Array.from({ length: 6 }, () => create({ ModelPackageGroupName: 'race' })));
    assert.deepEqual(
      arns.toSorted(),
      Array.from({ length: 6 }, (_, i) => arnOf(`race/${i + 1}`)),
    );
    for (const arn of arns) assert.equal((await checked(arn)).ModelPackageStatus, 'Completed');
  });

  it('a deletion during the check: nothing of it is left', async () => {
    await group('short');
    const arn = await create({ ModelPackageGroupName: 'short' });
    const folders = () => readdir(join(platform.dataDir, 'runs', 'probes'));
    await until('the check to begin', async () => ((await folders()).length > 0 ? true : undefined));
    await bench.sagemaker.send(new DeleteModelPackageCommand({ ModelPackageName: arn }));
    await until('the end of the check', async () => ((await folders()).length === 0 ? true : undefined));
  });

  it('a kill of the server during the check', async () => {
    await using killed = await startPlatformProcess();
    const own = await openWorkbench(killed, { maxAttempts: 8 });
    await own.train('base');
    await group('kept', own.sagemaker);
    const arn = await create({ ModelPackageGroupName: 'kept' }, own.sagemaker);
    await killed.kill9();
    await killed.restart();
    assert.equal((await checked(arn, own.sagemaker)).ModelPackageStatus, 'Completed');
  });
});
