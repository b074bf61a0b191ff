/** A platform asked in a region of another partition: every ARN that it makes and checks is of that partition. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  ListPoliciesCommand,
  ListUsersCommand,
  PutUserPolicyCommand,
  SimulatePrincipalPolicyCommand,
  UpdateUserCommand,
} from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadBucketCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateModelPackageGroupCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { AssumeRoleCommand, GetCallerIdentityCommand, GetFederationTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { startPlatform } from '../../../../test/harness/platform.ts';
import { toCredentials } from '../../../../test/harness/sessions.ts';

const region = 'cn-north-1';
const Bucket = 'data';
const account = '000000000000';
const policy = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const allow = (Action: string, Resource: string, rest: object = {}) => ({ Effect: 'Allow', Action, Resource, ...rest });

async function inChina() {
  const platform = await startPlatform({ flags: ['--region', region] });
  const iam = platform.client(IAMClient, { region });
  const s3 = platform.client(S3Client, { region });
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: region } }));
  await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
  const { User: user } = await iam.send(new CreateUserCommand({ UserName: 'ann' }));
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }));
  const own = { region, credentials: toCredentials(key) };
  const get = () => platform.client(S3Client, own).send(new GetObjectCommand({ Bucket, Key: 'k' }));
  const grant = (...statements: object[]) =>
    iam.send(new PutUserPolicyCommand({ UserName: 'ann', PolicyName: 'P', PolicyDocument: policy(...statements) }));
  return { platform, iam, s3, user, own, get, grant, [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose]() };
}

describe('a region of another partition does', () => {
  it('give identities, sessions and the account itself ARNs of its own', async () => {
    await using made = await inChina();
    const { platform, iam, user, own, grant } = made;
    assert.equal(user?.Arn, `arn:aws-cn:iam::${account}:user/ann`);
    await iam.send(new UpdateUserCommand({ UserName: 'ann', NewPath: '/team/' }));
    const { Users: users } = await iam.send(new ListUsersCommand({}));
    const annArn = `arn:aws-cn:iam::${account}:user/team/ann`;
    assert.deepEqual(
      users?.map((one) => one.Arn),
      [annArn],
    );
    const roleArn = `arn:aws-cn:iam::${account}:role/Worker`;
    const trust = policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: annArn } });
    await iam.send(new CreateRoleCommand({ RoleName: 'Worker', AssumeRolePolicyDocument: trust }));
    await grant(allow('sts:AssumeRole', roleArn), allow('sts:GetFederationToken', `arn:aws-cn:sts::${account}:*`));
    const sts = platform.client(STSClient, own);
    const session = await sts.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'work' }));
    assert.equal(session.AssumedRoleUser?.Arn, `arn:aws-cn:sts::${account}:assumed-role/Worker/work`);
    const federated = await sts.send(new GetFederationTokenCommand({ Name: 'bob' }));
    assert.equal(federated.FederatedUser?.Arn, `arn:aws-cn:sts::${account}:federated-user/bob`);
    const root = await platform.client(STSClient, { region }).send(new GetCallerIdentityCommand({}));
    assert.equal(root.Arn, `arn:aws-cn:iam::${account}:root`);
  });

  it('have AWS’s managed policies under its own ARNs', async () => {
    await using made = await inChina();
    const { iam } = made;
    const { Policies: listed = [] } = await iam.send(new ListPoliciesCommand({ Scope: 'AWS' }));
    assert.ok(listed.length > 0 && listed.every((one) => one.Arn?.startsWith('arn:aws-cn:iam::aws:policy/')));
    const trust = policy({
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { Service: 'sagemaker.amazonaws.com' },
    });
    const { Role: role } = await iam.send(
      new CreateRoleCommand({ RoleName: 'Worker', AssumeRolePolicyDocument: trust }),
    );
    const PolicyArn = 'arn:aws-cn:iam::aws:policy/AmazonSageMakerFullAccess';
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'Worker', PolicyArn }));
    const simulate = async (...ResourceArns: string[]) => {
      const asked = { PolicySourceArn: role?.Arn, ActionNames: ['s3:GetObject'], ResourceArns };
      const { EvaluationResults: results } = await iam.send(new SimulatePrincipalPolicyCommand(asked));
      return results?.[0]?.EvalDecision;
    };
    assert.equal(await simulate('arn:aws-cn:s3:::sagemaker-data/k'), 'allowed');
    assert.equal(await simulate('arn:aws:s3:::sagemaker-data/k'), 'implicitDeny');
    const { Policy: own } = await iam.send(
      new CreatePolicyCommand({ PolicyName: 'Own', PolicyDocument: policy(allow('s3:*', '*')) }),
    );
    assert.equal(own?.Arn, `arn:aws-cn:iam::${account}:policy/Own`);
  });

  it('decide over buckets and objects by ARNs of its own', async () => {
    await using made = await inChina();
    const { s3, user, get, grant } = made;
    const refused = { name: 'AccessDenied' };
    await grant(allow('s3:GetObject', `arn:aws:s3:::${Bucket}/*`));
    await assert.rejects(get(), refused);
    await grant(allow('s3:GetObject', `arn:aws-cn:s3:::${Bucket}/*`));
    await get();
    await grant(allow('iam:GetUser', '*'));
    await assert.rejects(get(), refused);
    const object = `arn:aws-cn:s3:::${Bucket}/*`;
    const put = (...statements: object[]) =>
      s3.send(new PutBucketPolicyCommand({ Bucket, Policy: policy(...statements) }));
    await put(allow('s3:GetObject', object, { Principal: { AWS: user?.Arn } }));
    await get();
    await put({ ...allow('s3:GetObject', object, { Principal: '*' }), Effect: 'Deny' });
    await grant(allow('s3:*', '*'));
    await assert.rejects(get(), refused);
    assert.equal((await s3.send(new HeadBucketCommand({ Bucket }))).BucketArn, `arn:aws-cn:s3:::${Bucket}`);
  });

  it('name SageMaker’s resources in it', async () => {
    await using made = await inChina();
    const group = new CreateModelPackageGroupCommand({ ModelPackageGroupName: 'g' });
    const { ModelPackageGroupArn: arn } = await made.platform.client(SageMakerClient, { region }).send(group);
    assert.equal(arn, `arn:aws-cn:sagemaker:${region}:${account}:model-package-group/g`);
  });
});
