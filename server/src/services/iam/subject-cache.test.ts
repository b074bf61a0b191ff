import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  AttachUserPolicyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutGroupPolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import type { TestPlatform } from '../../../../test/harness/platform.ts';
import { sharedPlatform } from '../../../../test/harness/shared-platform.ts';
import { allow } from '../../../../test/harness/user.ts';
import { createLog } from '../../kit/log.ts';
import type { Policy } from './policy/policy-document.ts';
import { createSubjectCache, type Subject } from './subject-cache.ts';

const shared = sharedPlatform();

const actionsOf = (policies: readonly Policy[]) =>
  policies.flatMap(({ statements }) => statements.flatMap(({ actions }) => actions.patterns.map(({ text }) => text)));

/** What the cache of a server that has just started says of a user or a role. */
async function look(platform: TestPlatform, find: 'findUser' | 'findRole', arn: string): Promise<Subject | undefined> {
  const database = await platform.openDatabase();
  const cache = createSubjectCache(
    database,
    createLog('silent', () => {}),
  );
  const subject = await cache[find](arn);
  await database.close();
  return subject;
}

describe('the subject cache does', () => {
  it('know every policy of a user, its groups’ too, its boundary and its tags', async () => {
    await using platform = await shared.newAccount();
    const iam = platform.client(IAMClient);
    const own = (name: string) => `arn:aws:iam::${platform.account}:policy/${name}`;
    const ann = { UserName: 'ann' };
    const staff = { GroupName: 'staff' };
    for (const name of ['Limit', 'Mine', 'Ours']) {
      const text = allow(`s3:${name}`);
      await iam.send(new CreatePolicyCommand({ PolicyName: name, PolicyDocument: text }));
    }
    const tags = [{ Key: 'Team', Value: 'ml' }];
    await iam.send(new CreateUserCommand({ ...ann, Tags: tags, PermissionsBoundary: own('Limit') }));
    await iam.send(new CreateGroupCommand(staff));
    await iam.send(new AddUserToGroupCommand({ ...ann, ...staff }));
    await iam.send(new PutUserPolicyCommand({ ...ann, PolicyName: 'P', PolicyDocument: allow('s3:Inline') }));
    await iam.send(new PutGroupPolicyCommand({ ...staff, PolicyName: 'P', PolicyDocument: allow('s3:Group') }));
    await iam.send(new AttachUserPolicyCommand({ ...ann, PolicyArn: own('Mine') }));
    await iam.send(new AttachGroupPolicyCommand({ ...staff, PolicyArn: own('Ours') }));
    const aws = 'arn:aws:iam::aws:policy/AmazonSQSFullAccess';
    await iam.send(new AttachGroupPolicyCommand({ ...staff, PolicyArn: aws }));

    const subject = await look(platform, 'findUser', `arn:aws:iam::${platform.account}:user/ann`);
    assert.deepEqual(actionsOf(subject?.policies ?? []).sort(), [
      's3:Group',
      's3:Inline',
      's3:Mine',
      's3:Ours',
      'sqs:*',
    ]);
    assert.deepEqual(actionsOf(subject?.boundary ? [subject.boundary] : []), ['s3:Limit']);
    assert.deepEqual(subject?.tags, { Team: 'ml' });
  });

  it('know a role without a boundary and one whose boundary is of AWS', async () => {
    await using platform = await shared.newAccount();
    const iam = platform.client(IAMClient);
    const trust = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'sagemaker.amazonaws.com' } }],
    });
    const role = { AssumeRolePolicyDocument: trust };
    const boundary = 'arn:aws:iam::aws:policy/AmazonAPIGatewayAdministrator';
    await iam.send(new CreateRoleCommand({ ...role, RoleName: 'Free' }));
    await iam.send(new CreateRoleCommand({ ...role, RoleName: 'Bound', PermissionsBoundary: boundary }));
    const find = (name: string) => look(platform, 'findRole', `arn:aws:iam::${platform.account}:role/${name}`);
    assert.equal((await find('Free'))?.boundary, undefined);
    const bound = await find('Bound');
    assert.deepEqual(actionsOf(bound?.boundary ? [bound.boundary] : []), ['apigateway:*']);
    assert.equal(bound?.maxSessionMs, 3_600_000);
  });
});
