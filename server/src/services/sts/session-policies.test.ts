/** Session policies limit what temporary credentials may do, for as long as they live. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CreateUserCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  ListRolesCommand,
  ListUsersCommand,
} from '@aws-sdk/client-iam';
import { startPlatformProcess } from '../../../../test/harness/platform.ts';
import { allow, policy, prepare } from '../../../../test/harness/sessions.ts';
import { sharedPlatform } from '../../../../test/harness/shared-platform.ts';

const shared = sharedPlatform();

const listUsers = new ListUsersCommand({});
const listRoles = new ListRolesCommand({});

describe('session policies do', () => {
  it('limit a session to what they and the role allow', async () => {
    await using made = await prepare(await shared.newAccount());
    const sessionArn = `arn:aws:sts::${made.platform.account}:assumed-role/Worker/work`;
    const narrow = await made.assume({ Policy: policy(allow(['iam:ListUsers', 's3:*'])) });
    assert.ok((narrow.PackedPolicySize ?? 0) > 0 && (narrow.PackedPolicySize ?? 0) < 100);
    await narrow.client.send(listUsers);
    await assert.rejects(narrow.client.send(listRoles), {
      name: 'AccessDenied',
      message: `User: ${sessionArn} is not authorized to perform: iam:ListRoles on resource: arn:aws:iam::${made.platform.account}:role/ because no session policy allows the iam:ListRoles action`,
    });
    const denying = await made.assume({ Policy: policy(allow('*'), { ...allow('iam:ListUsers'), Effect: 'Deny' }) });
    await denying.client.send(listRoles);
    await assert.rejects(denying.client.send(listUsers), /with an explicit deny in a session policy$/);
    const beyond = await made.assume({ Policy: policy(allow('*')) });
    await assert.rejects(
      beyond.client.send(new CreateUserCommand({ UserName: 'bob' })),
      /because no identity-based policy allows the iam:CreateUser action$/,
    );
  });

  it('count managed policies too, and nothing where none are passed', async () => {
    await using made = await prepare(await shared.newAccount());
    const read = { arn: 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess' };
    const session = await made.assume({ PolicyArns: [read] });
    await assert.rejects(session.client.send(listUsers), /because no session policy allows the iam:ListUsers action$/);
    const both = await made.assume({ PolicyArns: [read], Policy: policy(allow('iam:ListUsers')) });
    await both.client.send(listUsers);
    assert.equal((await made.assume()).PackedPolicySize, undefined);
  });
});

describe('session policies without a version do', () => {
  it('limit a session, and know no variables', async () => {
    await using made = await prepare(await shared.newAccount());
    const Policy = JSON.stringify({ Statement: [allow('iam:ListUsers')] });
    const session = await made.assume({ Policy });
    await session.client.send(listUsers);
    await assert.rejects(session.client.send(listRoles), /because no session policy allows the iam:ListRoles action$/);
    const literal = allow('iam:ListUsers', { Condition: { StringLike: { 'aws:userid': `\${aws:userid}` } } });
    const older = await made.assume({ Policy: JSON.stringify({ Version: '2008-10-17', Statement: [literal] }) });
    await assert.rejects(older.client.send(listUsers), /because no session policy allows the iam:ListUsers action$/);
    const newer = await made.assume({ Policy: policy(literal) });
    await newer.client.send(listUsers);
  });
});

describe('session policies refuse', () => {
  it('what is no policy, is not there, or has no room', async () => {
    await using made = await prepare(await shared.newAccount());
    await assert.rejects(made.assume({ Policy: '{' }), {
      name: 'MalformedPolicyDocumentException',
      message: 'Syntax errors in policy.',
    });
    const gone = 'arn:aws:iam::aws:policy/NothingOfThisName';
    await assert.rejects(made.assume({ PolicyArns: [{ arn: gone }] }), {
      name: 'InvalidParameterValue',
      message: `Policy ${gone} does not exist or is not attachable.`,
    });
    const long = policy(allow(Array.from({ length: 200 }, (_, n) => `s3:Get${'x'.repeat(4)}${n}`)));
    const percent = Math.ceil((100 * long.length) / 2048);
    await assert.rejects(made.assume({ Policy: long }), {
      name: 'PackedPolicyTooLargeException',
      message: `Packed policy consumes ${percent}% of allotted space, please use smaller policy.`,
    });
  });
});

describe('sessions survive', () => {
  it('a server that is killed, with all that limits them', async () => {
    await using made = await prepare(await startPlatformProcess());
    const Tags = Array.from({ length: 20 }, (_, n) => ({ Key: `key-${n}`, Value: `${n}`.repeat(60) }));
    const session = await made.assume({ Policy: policy(allow('iam:ListUsers')), Tags });
    await made.platform.kill9();
    await made.platform.restart();
    await session.client.send(listUsers);
    await assert.rejects(session.client.send(listRoles), /because no session policy allows the iam:ListRoles action$/);
  });

  it('a change of their role’s policies, which counts for the next call', async () => {
    await using made = await prepare(await shared.newAccount());
    const session = await made.assume();
    await session.client.send(new GetRoleCommand({ RoleName: 'Worker' }));
    await made.iam.send(new DeleteRolePolicyCommand({ RoleName: 'Worker', PolicyName: 'P' }));
    await assert.rejects(
      session.client.send(new GetRoleCommand({ RoleName: 'Worker' })),
      /because no identity-based policy/,
    );
  });
});
