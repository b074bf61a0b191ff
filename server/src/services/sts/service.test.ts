import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteRoleCommand,
  GetRoleCommand,
  IAMClient,
  ListRolesCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { sharedPlatform } from '../../../../test/harness/shared-platform.ts';

const shared = sharedPlatform();

interface Key {
  readonly AccessKeyId?: string | undefined;
  readonly SecretAccessKey?: string | undefined;
  readonly SessionToken?: string | undefined;
}

const toCredentials = (key: Key | undefined) => {
  assert.ok(key?.AccessKeyId && key.SecretAccessKey);
  return { accessKeyId: key.AccessKeyId, secretAccessKey: key.SecretAccessKey, sessionToken: key.SessionToken };
};

const policy = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
const trust = (principal: object, rest: object = {}) =>
  policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: principal, ...rest });

async function withUser() {
  const platform = await shared.newAccount();
  const iam = platform.client(IAMClient);
  await iam.send(new CreateUserCommand({ UserName: 'ann' }));
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }));
  const own = platform.client(STSClient, { credentials: toCredentials(key) });
  const userArn = `arn:aws:iam::${platform.account}:user/ann`;
  const roleArn = `arn:aws:iam::${platform.account}:role/Worker`;
  return { platform, iam, own, userArn, roleArn, [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose]() };
}

describe('GetCallerIdentity does', () => {
  it('name root and users, whatever their policies', async () => {
    await using made = await withUser();
    const { platform, own, userArn } = made;
    const root = await platform.client(STSClient).send(new GetCallerIdentityCommand({}));
    assert.deepEqual(
      [root.Account, root.Arn, root.UserId],
      [platform.account, `arn:aws:iam::${platform.account}:root`, platform.account],
    );
    const user = await own.send(new GetCallerIdentityCommand({}));
    assert.equal(user.Arn, userArn);
    assert.match(user.UserId ?? '', /^AIDA[A-Z2-7]{17}$/);
  });
});

describe('AssumeRole does', () => {
  it('make a session that may do what the role may', async () => {
    await using made = await withUser();
    const { platform, iam, own, userArn, roleArn } = made;
    const { Role: role } = await iam.send(
      new CreateRoleCommand({ RoleName: 'Worker', AssumeRolePolicyDocument: trust({ AWS: userArn }) }),
    );
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: 'Worker',
        PolicyName: 'P',
        PolicyDocument: policy({ Effect: 'Allow', Action: 'iam:GetRole', Resource: roleArn }),
      }),
    );
    const answer = await own.send(
      new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'work', DurationSeconds: 900 }),
    );
    const sessionArn = `arn:aws:sts::${platform.account}:assumed-role/Worker/work`;
    assert.deepEqual(answer.AssumedRoleUser, { AssumedRoleId: `${role?.RoleId}:work`, Arn: sessionArn });
    assert.match(answer.Credentials?.AccessKeyId ?? '', /^ASIA[A-Z2-7]{16}$/);
    const credentials = toCredentials(answer.Credentials);
    const session = await platform.client(STSClient, { credentials }).send(new GetCallerIdentityCommand({}));
    assert.deepEqual([session.Arn, session.UserId], [sessionArn, `${role?.RoleId}:work`]);
    const asRole = platform.client(IAMClient, { credentials });
    assert.equal((await asRole.send(new GetRoleCommand({ RoleName: 'Worker' }))).Role?.Arn, roleArn);
    await assert.rejects(asRole.send(new ListRolesCommand({})), {
      name: 'AccessDenied',
      message: `User: ${sessionArn} is not authorized to perform: iam:ListRoles on resource: arn:aws:iam::${platform.account}:role/ because no identity-based policy allows the iam:ListRoles action`,
    });
  });

  it('ask the caller’s own policies where the role trusts the account', async () => {
    await using made = await withUser();
    const { platform, iam, own, userArn, roleArn } = made;
    const document = trust({ AWS: `arn:aws:iam::${platform.account}:root` });
    await iam.send(new CreateRoleCommand({ RoleName: 'Worker', AssumeRolePolicyDocument: document }));
    const assume = new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'work' });
    await assert.rejects(own.send(assume), {
      name: 'AccessDenied',
      message: `User: ${userArn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
    });
    await iam.send(
      new PutUserPolicyCommand({
        UserName: 'ann',
        PolicyName: 'P',
        PolicyDocument: policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: roleArn }),
      }),
    );
    assert.ok((await own.send(assume)).Credentials);
  });
});

describe('AssumeRole refuses', () => {
  it('who is not trusted, and a wrong external id', async () => {
    await using made = await withUser();
    const { iam, own, userArn, roleArn } = made;
    const condition = { Condition: { StringEquals: { 'sts:ExternalId': 'right' } } };
    const document = trust({ AWS: userArn }, condition);
    const assume = (ExternalId?: string) =>
      own.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'work', ExternalId }));
    const refusal = {
      name: 'AccessDenied',
      message: `User: ${userArn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
    };
    const admin = 'arn:aws:iam::aws:policy/AdministratorAccess';
    await iam.send(new AttachUserPolicyCommand({ UserName: 'ann', PolicyArn: admin }));
    await assert.rejects(assume('right'), refusal);
    await iam.send(new CreateRoleCommand({ RoleName: 'Worker', AssumeRolePolicyDocument: document }));
    await assert.rejects(assume(), refusal);
    await assert.rejects(assume('wrong'), refusal);
    assert.ok((await assume('right')).Credentials);
  });

  it('a duration above the role’s', async () => {
    await using made = await withUser();
    const { iam, own, userArn, roleArn } = made;
    await iam.send(new CreateRoleCommand({ RoleName: 'Worker', AssumeRolePolicyDocument: trust({ AWS: userArn }) }));
    const long = new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'work', DurationSeconds: 3601 });
    await assert.rejects(own.send(long), {
      name: 'ValidationError',
      message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    });
  });

  it('the credentials of a role that is gone, even when it is made anew', async () => {
    await using made = await withUser();
    const { platform, iam, own, userArn, roleArn } = made;
    const create = new CreateRoleCommand({
      RoleName: 'Worker',
      AssumeRolePolicyDocument: trust({ AWS: userArn }),
    });
    await iam.send(create);
    const answer = await own.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'work' }));
    const session = platform.client(STSClient, { credentials: toCredentials(answer.Credentials) });
    await session.send(new GetCallerIdentityCommand({}));
    await iam.send(new DeleteRoleCommand({ RoleName: 'Worker' }));
    await iam.send(create);
    await assert.rejects(session.send(new GetCallerIdentityCommand({})), { name: 'InvalidClientTokenId' });
  });
});

describe('GetSessionToken does', () => {
  it('stand for its user, but not for another session', async () => {
    await using made = await withUser();
    const { platform, own, userArn } = made;
    const answer = await own.send(new GetSessionTokenCommand({ DurationSeconds: 900 }));
    const session = platform.client(STSClient, { credentials: toCredentials(answer.Credentials) });
    assert.equal((await session.send(new GetCallerIdentityCommand({}))).Arn, userArn);
    await assert.rejects(session.send(new GetSessionTokenCommand({})), {
      name: 'AccessDenied',
      message: 'Cannot call GetSessionToken with session credentials',
    });
  });

  it('open with its own access key id only', async () => {
    await using made = await withUser();
    const { platform, own } = made;
    const [one, other] = await Promise.all(
      [0, 1].map(async () => toCredentials((await own.send(new GetSessionTokenCommand({}))).Credentials)),
    );
    assert.ok(one && other);
    const mixed = platform.client(STSClient, { credentials: { ...one, sessionToken: other.sessionToken } });
    await assert.rejects(mixed.send(new GetCallerIdentityCommand({})), { name: 'InvalidClientTokenId' });
  });
});
