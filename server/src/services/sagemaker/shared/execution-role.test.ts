/** Roles that are handed over: who may, which may be, and what is said to those that may not. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateModelCommand,
  CreateProcessingJobCommand,
  CreateTrainingJobCommand,
  DescribeTrainingJobCommand,
  SageMakerClient,
  StopProcessingJobCommand,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { startPlatform, type TestPlatform } from '../../../../../test/harness/platform.ts';

let platform: TestPlatform;
let iam: IAMClient;
const arnOf = (role: string, account = platform.account) => `arn:aws:iam::${account}:role/${role}`;
const policy = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: statement });

async function role(name: string, trusted: string): Promise<void> {
  const trust = policy({ Effect: 'Allow', Principal: { Service: trusted }, Action: 'sts:AssumeRole' });
  await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trust }));
}

/** A user who may create everything of SageMaker, and pass what the condition says. */
async function userWho(name: string, mayPass: object): Promise<SageMakerClient> {
  const mayCreate = { Effect: 'Allow', Action: 'sagemaker:*', Resource: '*' };
  await iam.send(new CreateUserCommand({ UserName: name }));
  const document = policy([mayCreate, { Effect: 'Allow', Action: 'iam:PassRole', ...mayPass }]);
  await iam.send(new PutUserPolicyCommand({ UserName: name, PolicyName: 'own', PolicyDocument: document }));
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: name }));
  const credentials = { accessKeyId: key?.AccessKeyId ?? '', secretAccessKey: key?.SecretAccessKey ?? '' };
  return platform.client(SageMakerClient, { credentials });
}

const training = (name: string, roleArn: string) =>
  new CreateTrainingJobCommand({
    TrainingJobName: name,
    RoleArn: roleArn,
    AlgorithmSpecification: { TrainingImage: 'sagemaker-xgboost:1.7-1', TrainingInputMode: 'File' },
    OutputDataConfig: { S3OutputPath: 's3://roles/model' },
    ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 10 },
    StoppingCondition: { MaxRuntimeInSeconds: 60 },
  });
const processing = (roleArn: string, name = 'refused') =>
  new CreateProcessingJobCommand({
    ProcessingJobName: name,
    RoleArn: roleArn,
    AppSpecification: { ImageUri: 'clary/evaluate' },
    ProcessingResources: { ClusterConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 10 } },
  });
const model = (roleArn: string, name = 'refused') =>
  new CreateModelCommand({
    ModelName: name,
    ExecutionRoleArn: roleArn,
    PrimaryContainer: { Image: 'sagemaker-xgboost:1.7-1', ModelDataUrl: 's3://roles/model.tar.gz' },
  });

before(async () => {
  platform = await startPlatform();
  iam = platform.client(IAMClient);
  await platform.client(S3Client).send(new CreateBucketCommand({ Bucket: 'roles' }));
  await platform.client(S3Client).send(new PutObjectCommand({ Bucket: 'roles', Key: 'model.tar.gz', Body: 'x' }));
  await role('trusting', 'sagemaker.amazonaws.com');
  await role('of-lambda', 'lambda.amazonaws.com');
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: 'trusting',
      PolicyName: 'read',
      PolicyDocument: policy({ Effect: 'Allow', Action: 's3:*', Resource: '*' }),
    }),
  );
});
after(async () => platform?.[Symbol.asyncDispose]());

describe('A passed role', () => {
  it('works where the caller may pass it to this service', async () => {
    const condition = { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } };
    const passer = await userWho('passer', { Resource: arnOf('trusting'), Condition: condition });
    await passer.send(training('passed', arnOf('trusting')));
    const job = await passer.send(new DescribeTrainingJobCommand({ TrainingJobName: 'passed' }));
    assert.equal(job.RoleArn, arnOf('trusting'));
    await passer.send(new StopTrainingJobCommand({ TrainingJobName: 'passed' })).catch(() => {});
  });
});

describe('A passed role is refused for', () => {
  it('to work for another job or model than its trust policy names', async () => {
    const own = (resource: string) => `arn:aws:sagemaker:*:${platform.account}:${resource}`;
    const sources = [own('training-job/mine-*'), own('processing-job/mine'), own('model/mine')];
    const Condition = {
      ArnLike: { 'aws:SourceArn': sources },
      StringEquals: { 'aws:SourceAccount': platform.account },
    };
    const Principal = { Service: 'sagemaker.amazonaws.com' };
    const trust = policy({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', Condition });
    await iam.send(new CreateRoleCommand({ RoleName: 'for-some', AssumeRolePolicyDocument: trust }));
    const read = policy({ Effect: 'Allow', Action: 's3:*', Resource: '*' });
    await iam.send(new PutRolePolicyCommand({ RoleName: 'for-some', PolicyName: 'read', PolicyDocument: read }));
    const sagemaker = platform.client(SageMakerClient);
    const denied = { name: 'ValidationException', message: /trust|allows principal/ };
    const role = arnOf('for-some');
    await assert.rejects(sagemaker.send(training('refused', role)), denied);
    await assert.rejects(sagemaker.send(processing(role)), denied);
    await assert.rejects(sagemaker.send(model(role)), denied);
    await sagemaker.send(training('mine-1', role));
    await sagemaker.send(processing(role, 'mine'));
    await sagemaker.send(model(role, 'mine'));
    const job = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: 'mine-1' }));
    assert.equal(job.RoleArn, role);
    await sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: 'mine-1' })).catch(() => {});
    await sagemaker.send(new StopProcessingJobCommand({ ProcessingJobName: 'mine' })).catch(() => {});
  });

  it('a caller who may only pass another role, or this one to another service', async () => {
    const elsewhere = { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } };
    const users = [
      await userWho('other-role', { Resource: arnOf('of-lambda') }),
      await userWho('other-service', { Resource: arnOf('trusting'), Condition: elsewhere }),
    ];
    for (const [at, name] of ['other-role', 'other-service'].entries()) {
      for (const command of [
        training('refused', arnOf('trusting')),
        processing(arnOf('trusting')),
        model(arnOf('trusting')),
      ]) {
        await assert.rejects(users[at]?.send(command as never) as Promise<unknown>, {
          name: 'AccessDeniedException',
          message: `User: arn:aws:iam::${platform.account}:user/${name} is not authorized to perform: iam:PassRole on resource: ${arnOf('trusting')} because no identity-based policy allows the iam:PassRole action`,
        });
      }
    }
  });

  it('a role that does not exist, or that trusts another service', async () => {
    const sagemaker = platform.client(SageMakerClient);
    for (const name of ['nobody', 'of-lambda']) {
      const message = `Could not assume role ${arnOf(name)}. Please ensure that the role exists and allows principal 'sagemaker.amazonaws.com' to assume the role.`;
      for (const command of [training('refused', arnOf(name)), processing(arnOf(name))]) {
        await assert.rejects(sagemaker.send(command as never), { name: 'ValidationException', message });
      }
      await assert.rejects(sagemaker.send(model(arnOf(name))), {
        name: 'ValidationException',
        message:
          `Could not access model data at s3://roles/model.tar.gz. Please ensure that the role "${arnOf(name)}" exists and that its trust relationship policy ` +
          'allows the action "sts:AssumeRole" for the service principal "sagemaker.amazonaws.com". Also ensure that the role has "s3:GetObject" permissions ' +
          'and that the object is located in us-east-1.',
      });
    }
  });

  it('a role of another account', async () => {
    const foreign = arnOf('trusting', '111122223333');
    for (const [command, member] of [
      [training('refused', foreign), 'RoleArn'],
      [processing(foreign), 'RoleArn'],
      [model(foreign), 'ExecutionRoleArn'],
    ] as const) {
      await assert.rejects(platform.client(SageMakerClient).send(command as never), {
        name: 'ValidationException',
        message: `${member}: Cross-account pass role is not allowed.`,
      });
    }
  });

  it('leave nothing behind', async () => {
    await assert.rejects(
      platform.client(SageMakerClient).send(new DescribeTrainingJobCommand({ TrainingJobName: 'refused' })),
      { name: 'ValidationException', message: 'Requested resource not found.' },
    );
  });
});
