import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CreatePolicyCommand,
  CreateRoleCommand,
  DeletePolicyCommand,
  DeleteRolePermissionsBoundaryCommand,
  GetRoleCommand,
  GetUserCommand,
  IAMClient,
  ListRoleTagsCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
  UpdateRoleDescriptionCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { sharedPlatform } from '../../../../../test/harness/shared-platform.ts';
import { allow } from '../../../../../test/harness/user.ts';

const shared = sharedPlatform();

const trust = (principal: object) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: principal }],
  });
const worker = { RoleName: 'Worker' };
const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';

async function withRole() {
  const platform = await shared.newAccount();
  const iam = platform.client(IAMClient);
  const text = trust({ Service: 'sagemaker.amazonaws.com' });
  await iam.send(new CreateRoleCommand({ ...worker, AssumeRolePolicyDocument: text }));
  const role = async () => (await iam.send(new GetRoleCommand(worker))).Role;
  return { platform, iam, role, [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose]() };
}

describe('changes of roles do', () => {
  it('describe them, and set how long their sessions may be', async () => {
    await using made = await withRole();
    const { iam, role } = made;
    await iam.send(new UpdateRoleCommand({ ...worker, Description: 'Trains', MaxSessionDuration: 7200 }));
    await iam.send(new UpdateRoleCommand(worker));
    assert.deepEqual([(await role())?.Description, (await role())?.MaxSessionDuration], ['Trains', 7200]);
    const answer = await iam.send(new UpdateRoleDescriptionCommand({ ...worker, Description: 'Serves' }));
    assert.equal(answer.Role?.Description, 'Serves');
    assert.deepEqual([(await role())?.Description, (await role())?.MaxSessionDuration], ['Serves', 7200]);
  });

  it('change whom they trust, from the next call on', async () => {
    await using made = await withRole();
    const { platform, iam } = made;
    const sts = platform.client(STSClient);
    const assume = () =>
      sts.send(
        new AssumeRoleCommand({
          RoleArn: `arn:aws:iam::${platform.account}:role/Worker`,
          RoleSessionName: 'session',
        }),
      );
    await assert.rejects(assume(), { name: 'AccessDenied' });
    const text = trust({ AWS: platform.account });
    await iam.send(new UpdateAssumeRolePolicyCommand({ ...worker, PolicyDocument: text }));
    await assume();
  });

  it('tag and bound them', async () => {
    await using made = await withRole();
    const { iam, role } = made;
    await iam.send(new TagRoleCommand({ ...worker, Tags: [{ Key: 'team', Value: 'ml' }] }));
    assert.deepEqual((await iam.send(new ListRoleTagsCommand(worker))).Tags, [{ Key: 'team', Value: 'ml' }]);
    await iam.send(new UntagRoleCommand({ ...worker, TagKeys: ['team'] }));
    assert.equal((await role())?.Tags, undefined);
    await iam.send(new PutRolePermissionsBoundaryCommand({ ...worker, PermissionsBoundary: readOnly }));
    assert.equal((await role())?.PermissionsBoundary?.PermissionsBoundaryArn, readOnly);
    await iam.send(new DeleteRolePermissionsBoundaryCommand(worker));
    assert.equal((await role())?.PermissionsBoundary, undefined);
  });

  it('keep when they were last used, and where', async () => {
    await using made = await withRole();
    const { platform, iam, role } = made;
    const text = trust({ AWS: platform.account });
    await iam.send(new UpdateAssumeRolePolicyCommand({ ...worker, PolicyDocument: text }));
    await iam.send(new PutRolePolicyCommand({ ...worker, PolicyName: 'P', PolicyDocument: allow('iam:GetUser') }));
    assert.deepEqual((await role())?.RoleLastUsed, {});
    const sts = platform.client(STSClient);
    const { Credentials: session } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${platform.account}:role/Worker`,
        RoleSessionName: 'session',
      }),
    );
    assert.ok(session?.AccessKeyId && session.SecretAccessKey && session.SessionToken);
    const credentials = {
      accessKeyId: session.AccessKeyId,
      secretAccessKey: session.SecretAccessKey,
      sessionToken: session.SessionToken,
    };
    const own = platform.client(IAMClient, { credentials });
    await assert.rejects(own.send(new GetUserCommand({ UserName: 'nobody' })), { name: 'NoSuchEntityException' });
    const used = (await role())?.RoleLastUsed;
    assert.equal(used?.Region, platform.region);
    assert.ok(Math.abs(Date.now() - (used?.LastUsedDate?.getTime() ?? 0)) < 60_000);
  });
});

describe('changes of roles refuse', () => {
  it('trust policies that are malformed or too long, roles that are not there', async () => {
    await using made = await withRole();
    const { iam } = made;
    await assert.rejects(iam.send(new UpdateAssumeRolePolicyCommand({ ...worker, PolicyDocument: '{' })), {
      name: 'MalformedPolicyDocumentException',
      message: 'This policy contains invalid Json',
    });
    const long = trust({ AWS: Array.from({ length: 60 }, () => 'arn:aws:iam::000000000000:user/somebody') });
    await assert.rejects(iam.send(new UpdateAssumeRolePolicyCommand({ ...worker, PolicyDocument: long })), {
      name: 'LimitExceededException',
      message: 'Cannot exceed quota for ACLSizePerRole: 2048',
    });
    await assert.rejects(iam.send(new UpdateRoleCommand({ RoleName: 'Gone' })), {
      name: 'NoSuchEntityException',
      message: 'The role with name Gone cannot be found.',
    });
  });

  it('a boundary that goes at the same moment: either, never both', async () => {
    await using made = await withRole();
    const { iam, role } = made;
    const arn = `arn:aws:iam::${made.platform.account}:policy/Limit`;
    for (let round = 0; round < 10; round++) {
      await iam.send(new CreatePolicyCommand({ PolicyName: 'Limit', PolicyDocument: allow('*') }));
      const [bounded, deleted] = await Promise.allSettled([
        iam.send(new PutRolePermissionsBoundaryCommand({ ...worker, PermissionsBoundary: arn })),
        iam.send(new DeletePolicyCommand({ PolicyArn: arn })),
      ]);
      assert.notEqual(bounded.status, deleted.status);
      const now = (await role())?.PermissionsBoundary?.PermissionsBoundaryArn;
      assert.equal(now, bounded.status === 'fulfilled' ? arn : undefined);
      await iam.send(new DeleteRolePermissionsBoundaryCommand(worker));
      if (bounded.status === 'fulfilled') await iam.send(new DeletePolicyCommand({ PolicyArn: arn }));
    }
  });
});
