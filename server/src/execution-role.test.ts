import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { startPlatform, type TestPlatform } from '../../test/harness/platform.ts';
import { executionRoleFile } from './execution-role.ts';

const flags = ['--execution-role'];
const RoleName = 'AmazonSageMaker-ExecutionRole';
const arn = `arn:aws:iam::000000000000:role/service-role/${RoleName}`;
const trust = (principal: object) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }],
  });

async function policiesOf(platform: TestPlatform): Promise<string[]> {
  const iam = platform.client(IAMClient);
  const { AttachedPolicies: attached = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  return attached.map(({ PolicyName: name = '' }) => name).sort();
}

async function detachAll(platform: TestPlatform): Promise<void> {
  const iam = platform.client(IAMClient);
  for (const name of await policiesOf(platform))
    await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: `arn:aws:iam::aws:policy/${name}` }));
}

describe('the execution role of a new data folder', { concurrency: 2 }, () => {
  test('exists, trusts SageMaker and the account, and the audit trail names its creator', async () => {
    await using platform = await startPlatform({ flags });
    const { Role: role } = await platform.client(IAMClient).send(new GetRoleCommand({ RoleName }));
    assert.equal(role?.Arn, arn);
    const { Statement: statements } = JSON.parse(decodeURIComponent(role?.AssumeRolePolicyDocument ?? ''));
    assert.deepEqual(
      statements.map(({ Principal: principal }: { Principal: object }) => principal),
      [{ Service: 'sagemaker.amazonaws.com' }, { AWS: 'arn:aws:iam::000000000000:root' }],
    );
    assert.deepEqual(await policiesOf(platform), ['AmazonS3FullAccess', 'AmazonSageMakerFullAccess']);
    const { Events: events = [] } = await platform
      .client(CloudTrailClient)
      .send(
        new LookupEventsCommand({ LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'CreateRole' }] }),
      );
    const [record, ...more] = events.map(({ CloudTrailEvent: text = '' }) => JSON.parse(text));
    assert.equal(more.length, 0);
    assert.equal(record.userIdentity.invokedBy, 'clary.amazonaws.com');
    assert.equal(record.requestParameters.roleName, RoleName);
  });

  test('can be assumed by the administrator, for twelve hours', async () => {
    await using platform = await startPlatform({ flags });
    const { Credentials: made } = await platform
      .client(STSClient)
      .send(new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'me', DurationSeconds: 43_200 }));
    const credentials = {
      accessKeyId: made?.AccessKeyId ?? '',
      secretAccessKey: made?.SecretAccessKey ?? '',
      sessionToken: made?.SessionToken ?? '',
    };
    const { Arn } = await platform.client(STSClient, { credentials }).send(new GetCallerIdentityCommand({}));
    assert.equal(Arn, `arn:aws:sts::000000000000:assumed-role/${RoleName}/me`);
  });

  test('stays deleted', async () => {
    await using platform = await startPlatform({ flags });
    await detachAll(platform);
    await platform.client(IAMClient).send(new DeleteRoleCommand({ RoleName }));
    await platform.restart();
    await assert.rejects(platform.client(IAMClient).send(new GetRoleCommand({ RoleName })), {
      name: 'NoSuchEntityException',
    });
  });

  test('is finished by the next start where the first one was killed on the way', async () => {
    await using platform = await startPlatform({ flags });
    await detachAll(platform);
    await rm(executionRoleFile(platform.dataDir));
    await platform.restart();
    assert.deepEqual(await policiesOf(platform), ['AmazonS3FullAccess', 'AmazonSageMakerFullAccess']);
  });

  test('never changes a role of the same name that a user created', async () => {
    await using platform = await startPlatform({ flags });
    const iam = platform.client(IAMClient);
    await detachAll(platform);
    await iam.send(new DeleteRoleCommand({ RoleName }));
    const own = { RoleName, AssumeRolePolicyDocument: trust({ Service: 'sagemaker.amazonaws.com' }) };
    await iam.send(new CreateRoleCommand(own));
    await rm(executionRoleFile(platform.dataDir));
    await platform.restart();
    assert.deepEqual(await policiesOf(platform), []);
  });
});
