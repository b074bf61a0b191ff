import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetPolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { sharedPlatform } from '../../../../../test/harness/shared-platform.ts';

const shared = sharedPlatform();

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'sagemaker.amazonaws.com' } }],
});
const readData = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::data/*' }],
});
const sageMaker = 'arn:aws:iam::aws:policy/AmazonSageMakerFullAccess';

async function withRole() {
  const platform = await shared.newAccount();
  const iam = platform.client(IAMClient);
  await iam.send(new CreateRoleCommand({ RoleName: 'Worker', AssumeRolePolicyDocument: trust }));
  return { iam, [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose]() };
}

describe('roles do', () => {
  it('come back as they were made', async () => {
    await using platform = await shared.newAccount();
    const iam = platform.client(IAMClient);
    const { Role: made } = await iam.send(
      new CreateRoleCommand({
        RoleName: 'Worker',
        Path: '/ml/',
        AssumeRolePolicyDocument: trust,
        Description: 'Trains models',
        MaxSessionDuration: 7200,
        Tags: [{ Key: 'team', Value: 'ml' }],
      }),
    );
    assert.equal(made?.Arn, `arn:aws:iam::${platform.account}:role/ml/Worker`);
    assert.match(made?.RoleId ?? '', /^AROA[A-Z2-7]{17}$/);
    const { Role: role } = await iam.send(new GetRoleCommand({ RoleName: 'worker' }));
    assert.deepEqual(role, { ...made, RoleLastUsed: {} });
    assert.equal(decodeURIComponent(role?.AssumeRolePolicyDocument ?? ''), trust);
    assert.deepEqual(
      [role?.Description, role?.MaxSessionDuration, role?.Tags],
      ['Trains models', 7200, [{ Key: 'team', Value: 'ml' }]],
    );
    const { Roles: roles } = await iam.send(new ListRolesCommand({ PathPrefix: '/ml/' }));
    assert.deepEqual(
      roles?.map(({ Arn: arn, Tags: tags }) => [arn, tags]),
      [[made?.Arn, undefined]],
    );
  });

  it('list page by page', async () => {
    await using made = await withRole();
    const { iam } = made;
    for (const name of ['Alpha', 'Zeta']) {
      await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trust }));
    }
    const first = await iam.send(new ListRolesCommand({ MaxItems: 2 }));
    assert.deepEqual([first.Roles?.map((role) => role.RoleName), first.IsTruncated], [['Alpha', 'Worker'], true]);
    const second = await iam.send(new ListRolesCommand({ MaxItems: 2, Marker: first.Marker }));
    assert.deepEqual([second.Roles?.map((role) => role.RoleName), second.IsTruncated], [['Zeta'], false]);
  });

  it('carry policies, and go when they carry none', async () => {
    await using made = await withRole();
    const { iam } = made;
    const put = { RoleName: 'Worker', PolicyName: 'ReadData', PolicyDocument: readData };
    await iam.send(new PutRolePolicyCommand(put));
    await iam.send(new PutRolePolicyCommand(put));
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'Worker', PolicyArn: sageMaker }));
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'Worker', PolicyArn: sageMaker }));
    const inline = await iam.send(new GetRolePolicyCommand({ RoleName: 'Worker', PolicyName: 'ReadData' }));
    assert.equal(decodeURIComponent(inline.PolicyDocument ?? ''), readData);
    const { PolicyNames: names } = await iam.send(new ListRolePoliciesCommand({ RoleName: 'Worker' }));
    assert.deepEqual(names, ['ReadData']);
    const attached = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: 'Worker' }));
    assert.deepEqual(attached.AttachedPolicies, [{ PolicyName: 'AmazonSageMakerFullAccess', PolicyArn: sageMaker }]);
    const { Policy: policy } = await iam.send(new GetPolicyCommand({ PolicyArn: sageMaker }));
    assert.deepEqual([policy?.PolicyName, policy?.AttachmentCount], ['AmazonSageMakerFullAccess', 1]);

    const refusal = (message: string) => ({ name: 'DeleteConflictException', message });
    await assert.rejects(
      iam.send(new DeleteRoleCommand({ RoleName: 'Worker' })),
      refusal('Cannot delete entity, must detach all policies first.'),
    );
    await iam.send(new DetachRolePolicyCommand({ RoleName: 'Worker', PolicyArn: sageMaker }));
    await assert.rejects(
      iam.send(new DeleteRoleCommand({ RoleName: 'Worker' })),
      refusal('Cannot delete entity, must delete policies first.'),
    );
    await iam.send(new DeleteRolePolicyCommand({ RoleName: 'Worker', PolicyName: 'ReadData' }));
    await iam.send(new DeleteRoleCommand({ RoleName: 'Worker' }));
    await assert.rejects(iam.send(new GetRoleCommand({ RoleName: 'Worker' })), {
      name: 'NoSuchEntityException',
      message: 'The role with name Worker cannot be found.',
    });
  });
});

describe('roles refuse', () => {
  it('a name that is taken, whatever its case', async () => {
    await using made = await withRole();
    const again = new CreateRoleCommand({ RoleName: 'WORKER', AssumeRolePolicyDocument: trust });
    await assert.rejects(made.iam.send(again), {
      name: 'EntityAlreadyExistsException',
      message: 'Role with name WORKER already exists.',
    });
  });

  it('malformed policies', async () => {
    await using made = await withRole();
    const { iam } = made;
    const noPrincipal = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:*' }] });
    await assert.rejects(
      iam.send(new CreateRoleCommand({ RoleName: 'Other', AssumeRolePolicyDocument: noPrincipal })),
      { name: 'MalformedPolicyDocumentException', message: 'Missing required field Principal' },
    );
    await assert.rejects(
      iam.send(new PutRolePolicyCommand({ RoleName: 'Worker', PolicyName: 'P', PolicyDocument: '{' })),
      { name: 'MalformedPolicyDocumentException', message: 'Syntax errors in policy.' },
    );
    const long = readData.replace('data', 'd'.repeat(10_240));
    await assert.rejects(
      iam.send(new PutRolePolicyCommand({ RoleName: 'Worker', PolicyName: 'P', PolicyDocument: long })),
      { name: 'LimitExceededException', message: 'Maximum policy size of 10240 bytes exceeded for role Worker' },
    );
  });

  it('what is not there', async () => {
    await using made = await withRole();
    const { iam } = made;
    const missing = (message: string) => ({ name: 'NoSuchEntityException', message });
    await assert.rejects(
      iam.send(new PutRolePolicyCommand({ RoleName: 'Nobody', PolicyName: 'P', PolicyDocument: readData })),
      missing('The role with name Nobody cannot be found.'),
    );
    await assert.rejects(
      iam.send(new GetRolePolicyCommand({ RoleName: 'Worker', PolicyName: 'P' })),
      missing('The role policy with name P cannot be found.'),
    );
    await assert.rejects(
      iam.send(new DeleteRolePolicyCommand({ RoleName: 'Worker', PolicyName: 'P' })),
      missing('The role policy with name P cannot be found.'),
    );
    const unknown = 'arn:aws:iam::aws:policy/Unknown';
    await assert.rejects(
      iam.send(new AttachRolePolicyCommand({ RoleName: 'Worker', PolicyArn: unknown })),
      missing(`Policy ${unknown} does not exist or is not attachable.`),
    );
    await assert.rejects(
      iam.send(new DetachRolePolicyCommand({ RoleName: 'Worker', PolicyArn: sageMaker })),
      missing(`Policy ${sageMaker} was not found.`),
    );
    await assert.rejects(
      iam.send(new GetPolicyCommand({ PolicyArn: unknown })),
      missing(`Policy ${unknown} was not found.`),
    );
  });
});
