import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateEndpointConfigCommand,
  CreateTrainingJobCommand,
  SageMakerClient,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import { startPlatform, type TestPlatform } from '../../../../../test/harness/platform.ts';
import { makeUser } from '../../../../../test/harness/user.ts';

let platform: TestPlatform;
before(async () => {
  platform = await startPlatform();
});
after(() => platform[Symbol.asyncDispose]());

/** A client of a user who may do the action where the condition holds. */
async function clientWho(name: string, action: string, condition: object): Promise<SageMakerClient> {
  const { credentials } = await makeUser(platform, name);
  const statements = [
    { Effect: 'Allow', Action: action, Resource: '*', Condition: condition },
    { Effect: 'Allow', Action: 'iam:PassRole', Resource: '*' },
  ];
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  await platform
    .client(IAMClient)
    .send(new PutUserPolicyCommand({ UserName: name, PolicyName: 'conditions', PolicyDocument }));
  return platform.client(SageMakerClient, { credentials });
}

const denied = { name: 'AccessDeniedException' };
/** Let through: what follows may refuse it for its own reasons. */
const allowed = (error: Error) => error.name !== 'AccessDeniedException';

describe('policies go by', () => {
  it('the instances and the time of a training job', async () => {
    const client = await clientWho('small', 'sagemaker:CreateTrainingJob', {
      'ForAllValues:StringLike': { 'sagemaker:InstanceTypes': ['ml.m5.*'] },
      NumericLessThanEquals: { 'sagemaker:MaxRuntimeInSeconds': '3600' },
    });
    const create = (InstanceType: string, MaxRuntimeInSeconds: number) =>
      client.send(
        new CreateTrainingJobCommand({
          TrainingJobName: 'job',
          RoleArn: `arn:aws:iam::${platform.account}:role/nobody`,
          AlgorithmSpecification: { TrainingImage: 'sagemaker-xgboost:1.7-1', TrainingInputMode: 'File' },
          OutputDataConfig: { S3OutputPath: 's3://bucket/model' },
          ResourceConfig: { InstanceType: InstanceType as 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
          StoppingCondition: { MaxRuntimeInSeconds },
        }),
      );
    await assert.rejects(create('ml.m5.large', 3600), allowed);
    await assert.rejects(create('ml.p4d.24xlarge', 3600), denied);
    await assert.rejects(create('ml.m5.large', 3601), denied);
  });

  it('the models of an endpoint', async () => {
    const ModelArn = `arn:aws:sagemaker:${platform.region}:${platform.account}:model/approved-*`;
    const client = await clientWho('deployer', 'sagemaker:CreateEndpointConfig', {
      'ForAllValues:ArnLike': { 'sagemaker:ModelArn': ModelArn },
    });
    const create = (ModelName: string) =>
      client.send(
        new CreateEndpointConfigCommand({
          EndpointConfigName: 'config',
          ProductionVariants: [
            {
              VariantName: 'v',
              ModelName,
              InstanceType: 'ml.m5.large',
              InitialInstanceCount: 1,
              InitialVariantWeight: 1,
            },
          ],
        }),
      );
    await assert.rejects(create('approved-1'), allowed);
    await assert.rejects(create('draft-1'), denied);
  });

  it('whether a version is approved: a caller who registers may reject it, and not approve it', async () => {
    const client = await clientWho('registrar', 'sagemaker:UpdateModelPackage', {
      StringNotEquals: { 'sagemaker:ModelApprovalStatus': 'Approved' },
    });
    const update = (ModelApprovalStatus: 'Approved' | 'Rejected') =>
      client.send(
        new UpdateModelPackageCommand({
          ModelPackageArn: `arn:aws:sagemaker:${platform.region}:${platform.account}:model-package/group/1`,
          ModelApprovalStatus,
        }),
      );
    await assert.rejects(update('Rejected'), allowed);
    await assert.rejects(update('Approved'), denied);
  });
});
