import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import {
  AddTagsCommand,
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  CreateProcessingJobCommand,
  CreateTrainingJobCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DeleteModelPackageCommand,
  DeleteModelPackageGroupCommand,
  DeleteTagsCommand,
  DeleteTrainingJobCommand,
  DescribeModelPackageGroupCommand,
  ListTagsCommand,
  SageMakerClient,
  type Tag,
} from '@aws-sdk/client-sagemaker';
import { startPlatform, type TestPlatform } from '../../../../../test/harness/platform.ts';
import { makeUser } from '../../../../../test/harness/user.ts';
import { bucket, image, openWorkbench, variant, type Workbench } from '../../../../../test/harness/workbench.ts';

let platform: TestPlatform;
let bench: Workbench;
const artifact = `s3://${bucket}/model.tar.gz`;
const arnOf = (resource: string) => `arn:aws:sagemaker:us-east-1:000000000000:${resource}`;
const tag = (Key: string, Value: string): Tag => ({ Key, Value });
const given = [tag('team', 'red')];

before(async () => {
  platform = await startPlatform();
  bench = await openWorkbench(platform);
  await bench.put('model.tar.gz', 'not a model');
});
after(async () => {
  await bench.withdraw();
  await platform[Symbol.asyncDispose]();
});

const list = async (arn: string) => (await bench.sagemaker.send(new ListTagsCommand({ ResourceArn: arn }))).Tags;
const add = (arn: string, ...tags: Tag[]) => bench.sagemaker.send(new AddTagsCommand({ ResourceArn: arn, Tags: tags }));
const remove = (arn: string, ...keys: string[]) =>
  bench.sagemaker.send(new DeleteTagsCommand({ ResourceArn: arn, TagKeys: keys }));
const createGroup = (name: string, Tags?: Tag[], client = bench.sagemaker) =>
  client.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: name, Tags }));
const inferenceSpecification = {
  Containers: [{ Image: image, ModelDataUrl: artifact }],
  SupportedContentTypes: ['text/csv'],
  SupportedResponseMIMETypes: ['text/csv'],
};

/** Makes one of each kind with tags, and can take away what can be taken away. Answers its ARN. */
const kinds: Record<string, { make: () => Promise<string | undefined>; drop?: () => Promise<unknown> }> = {
  'a model package group': {
    make: async () => (await createGroup('kind', given)).ModelPackageGroupArn,
    drop: () => bench.sagemaker.send(new DeleteModelPackageGroupCommand({ ModelPackageGroupName: 'kind' })),
  },
  'a model package': {
    make: async () => {
      const input = { ModelPackageName: 'kind', InferenceSpecification: inferenceSpecification, Tags: given };
      return (await bench.sagemaker.send(new CreateModelPackageCommand(input))).ModelPackageArn;
    },
    drop: () => bench.sagemaker.send(new DeleteModelPackageCommand({ ModelPackageName: 'kind' })),
  },
  'a model': {
    make: async () => {
      const PrimaryContainer = { Image: image, ModelDataUrl: artifact };
      const input = { ModelName: 'kind', ExecutionRoleArn: bench.roleArn, PrimaryContainer, Tags: given };
      return (await bench.sagemaker.send(new CreateModelCommand(input))).ModelArn;
    },
    drop: () => bench.sagemaker.send(new DeleteModelCommand({ ModelName: 'kind' })),
  },
  'an endpoint configuration': {
    make: async () => {
      await bench.createModel('of-config', artifact).catch(() => {});
      const input = { EndpointConfigName: 'kind', ProductionVariants: [variant('v', 'of-config')], Tags: given };
      return (await bench.sagemaker.send(new CreateEndpointConfigCommand(input))).EndpointConfigArn;
    },
    drop: () => bench.sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: 'kind' })),
  },
  'an endpoint': {
    make: async () => {
      await bench.createModel('of-endpoint', artifact).catch(() => {});
      await bench.createConfig('of-endpoint', 'of-endpoint').catch(() => {});
      const input = { EndpointName: 'kind', EndpointConfigName: 'of-endpoint', Tags: given };
      return (await bench.sagemaker.send(new CreateEndpointCommand(input))).EndpointArn;
    },
    drop: () => bench.withdraw(),
  },
  'a training job': {
    make: async () => {
      const request = bench.trainingJob('kind', { Tags: given });
      return (await bench.sagemaker.send(new CreateTrainingJobCommand(request))).TrainingJobArn;
    },
    drop: async () => {
      await bench.jobEnd('kind');
      await bench.sagemaker.send(new DeleteTrainingJobCommand({ TrainingJobName: 'kind' }));
    },
  },
  'a processing job': {
    make: async () => {
      const input = {
        ProcessingJobName: 'kind',
        RoleArn: bench.roleArn,
        AppSpecification: { ImageUri: 'clary/evaluate:1' },
        ProcessingResources: {
          ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large' as const, VolumeSizeInGB: 1 },
        },
        Tags: given,
      };
      return (await bench.sagemaker.send(new CreateProcessingJobCommand(input))).ProcessingJobArn;
    },
  },
};

describe('tags', () => {
  for (const [kind, { make, drop }] of Object.entries(kinds)) {
    it(`of ${kind}: given, added, replaced, deleted${drop ? ', and gone with it' : ''}`, async () => {
      const arn = (await make()) ?? '';
      assert.deepEqual(await list(arn), given);
      const { Tags: all } = await add(arn, tag('team', 'blue'), tag('Team', 'green'), tag('stage', ''));
      assert.deepEqual(all, [tag('Team', 'green'), tag('stage', ''), tag('team', 'blue')]);
      assert.deepEqual(await list(arn), all);
      await remove(arn, 'Team', 'stage', 'never');
      assert.deepEqual(await list(arn), [tag('team', 'blue')]);
      if (!drop) return;
      await drop();
      await assert.rejects(list(arn), { name: 'ValidationException', message: 'Requested resource not found.' });
      await make();
      assert.deepEqual(await list(arn), given);
    });
  }

  it('are at most fifty, listed in one page', async () => {
    const { ModelPackageGroupArn: arn = '' } = await createGroup('fifty');
    assert.deepEqual(await list(arn), []);
    const many = Array.from({ length: 50 }, (_, i) => tag(`key-${String(i).padStart(2, '0')}`, String(i)));
    await add(arn, ...many);
    assert.deepEqual(await list(arn), many);
    await assert.rejects(bench.sagemaker.send(new ListTagsCommand({ ResourceArn: arn, NextToken: 'x' })), {
      name: 'ValidationException',
      message: 'Invalid pagination token given',
    });
    await assert.rejects(add(arn, tag('one-more', '')), {
      name: 'ValidationException',
      message: 'A resource can have at most 50 tags.',
    });
    // A new value for a key that is there is no tag more.
    await add(arn, tag('key-07', 'seven'));
    assert.equal((await list(arn))?.find(({ Key }) => Key === 'key-07')?.Value, 'seven');
  });

  it('of a version are those of its group', async () => {
    await createGroup('versions', given);
    const request = { ModelPackageGroupName: 'versions', InferenceSpecification: inferenceSpecification };
    const refused = {
      name: 'ValidationException',
      message: 'Tags are not supported in Model Package versions. Please add them to the Model Package Group',
    };
    await assert.rejects(bench.sagemaker.send(new CreateModelPackageCommand({ ...request, Tags: given })), refused);
    const { ModelPackageArn: arn = '' } = await bench.sagemaker.send(new CreateModelPackageCommand(request));
    assert.deepEqual(await list(arn), given);
    await assert.rejects(add(arn, tag('a', 'b')), refused);
    await assert.rejects(remove(arn, 'a'), refused);
  });

  it('refuse reserved and repeated keys, also at creation, and what is not there', async () => {
    const { ModelPackageGroupArn: arn = '' } = await createGroup('strict');
    const reserved = {
      name: 'ValidationException',
      message: 'aws: prefixed tag key names are not allowed for external use. Tag key: aws:mine',
    };
    const twice = { name: 'ValidationException', message: 'Duplicate tag keys found. Tag key: a' };
    await assert.rejects(add(arn, tag('aws:mine', '1')), reserved);
    await assert.rejects(add(arn, tag('a', '1'), tag('a', '2')), twice);
    await assert.rejects(createGroup('never', [tag('aws:mine', '1')]), reserved);
    await assert.rejects(createGroup('never', [tag('a', '1'), tag('a', '2')]), twice);
    const missing = { name: 'ValidationException', message: 'Requested resource not found.' };
    for (const other of [
      arnOf('model-package-group/never'),
      arnOf('training-job/never'),
      arnOf('notebook-instance/x'),
      arn.replace('us-east-1', 'eu-west-1'),
    ]) {
      await assert.rejects(add(other, tag('a', '1')), missing);
      await assert.rejects(list(other), missing);
      await assert.rejects(remove(other, 'a'), missing);
    }
    const foreign = arn.replace('000000000000', '111111111111');
    const refused = { name: 'AccessDeniedException' };
    await assert.rejects(add(foreign, tag('a', '1')), refused);
    await assert.rejects(list(foreign), refused);
    await assert.rejects(remove(foreign, 'a'), refused);
    assert.deepEqual(await list(arn), []);
  });
});

describe('policies go by tags', () => {
  const denied = { name: 'AccessDeniedException' };
  const allow = (Action: string | string[], Condition?: object) => ({
    Effect: 'Allow',
    Action,
    Resource: '*',
    Condition,
  });

  async function clientWho(name: string, ...statements: object[]): Promise<SageMakerClient> {
    const { credentials } = await makeUser(platform, name);
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: statements });
    await platform
      .client(IAMClient)
      .send(new PutUserPolicyCommand({ UserName: name, PolicyName: 'tags', PolicyDocument }));
    return platform.client(SageMakerClient, { credentials });
  }

  for (const prefix of ['aws', 'sagemaker']) {
    it(`of the resource, as ${prefix}:ResourceTag`, async () => {
      const client = await clientWho(
        `reader-${prefix}`,
        allow('sagemaker:Describe*', { StringEquals: { [`${prefix}:ResourceTag/team`]: 'red' } }),
      );
      const see = (name: string) => client.send(new DescribeModelPackageGroupCommand({ ModelPackageGroupName: name }));
      const { ModelPackageGroupArn: arn = '' } = await createGroup(`seen-${prefix}`, given);
      await see(`seen-${prefix}`);
      await add(arn, tag('team', 'blue'));
      await assert.rejects(see(`seen-${prefix}`), denied);
      await assert.rejects(see('never'), denied);
    });
  }

  it('of the request: what is made must be tagged so, and tagging needs its own permission', async () => {
    const create = allow('sagemaker:CreateModelPackageGroup', { StringEquals: { 'aws:RequestTag/team': 'red' } });
    const untagging = await clientWho('untagging', create);
    await assert.rejects(createGroup('bare', undefined, untagging), denied);
    await assert.rejects(createGroup('tagged', given, untagging), {
      ...denied,
      message: `User: arn:aws:iam::000000000000:user/untagging is not authorized to perform: sagemaker:AddTags on resource: ${arnOf('model-package-group/tagged')} because no identity-based policy allows the sagemaker:AddTags action`,
    });
    const atCreation = { StringEquals: { 'sagemaker:TaggingAction': 'CreateModelPackageGroup' } };
    const maker = await clientWho('maker', create, allow('sagemaker:AddTags', atCreation));
    await assert.rejects(createGroup('tagged', [tag('team', 'blue')], maker), denied);
    const { ModelPackageGroupArn: arn } = await createGroup('tagged', given, maker);
    // It may tag what it makes, and nothing afterwards.
    await assert.rejects(maker.send(new AddTagsCommand({ ResourceArn: arn, Tags: [tag('a', 'b')] })), denied);
  });

  it('by their keys', async () => {
    const keys = { 'ForAllValues:StringLike': { 'aws:TagKeys': ['own-*'] } };
    const client = await clientWho('keeper', allow(['sagemaker:AddTags', 'sagemaker:DeleteTags'], keys));
    const { ModelPackageGroupArn: arn = '' } = await createGroup('keys', given);
    await client.send(new AddTagsCommand({ ResourceArn: arn, Tags: [tag('own-1', 'x')] }));
    await assert.rejects(client.send(new AddTagsCommand({ ResourceArn: arn, Tags: [tag('team', 'x')] })), denied);
    await assert.rejects(client.send(new DeleteTagsCommand({ ResourceArn: arn, TagKeys: ['team'] })), denied);
    await client.send(new DeleteTagsCommand({ ResourceArn: arn, TagKeys: ['own-1'] }));
    assert.deepEqual(await list(arn), given);
  });
});
