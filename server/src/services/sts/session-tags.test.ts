/** What a session is told at its beginning: tags and a source identity. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { ListUsersCommand } from '@aws-sdk/client-iam';
import { allow, policy, prepare, trust } from '../../../../test/harness/sessions.ts';
import { sharedPlatform } from '../../../../test/harness/shared-platform.ts';

const shared = sharedPlatform();

const listUsers = new ListUsersCommand({});

describe('session tags do', () => {
  it('become the session’s principal tags, over those of its role', async () => {
    await using made = await prepare(await shared.newAccount());
    const Condition = { StringEquals: { 'aws:PrincipalTag/stage': 'two', 'aws:PrincipalTag/team': 'red' } };
    await made.grant('Worker', policy(allow('iam:ListUsers', { Condition })));
    const tags = [
      { Key: 'STAGE', Value: 'two' },
      { Key: 'team', Value: 'red' },
    ];
    const tagged = await made.assume({ Tags: tags });
    await tagged.client.send(listUsers);
    const plain = await made.assume();
    await assert.rejects(plain.client.send(listUsers), /because no identity-based policy/);
  });

  it('go on to the next role where they are transitive', async () => {
    await using made = await prepare(await shared.newAccount());
    const next = `arn:aws:iam::${made.platform.account}:role/Next`;
    await made.createRole('Next', trust(['sts:AssumeRole', 'sts:TagSession'], made.roleArn), {
      MaxSessionDuration: 7200,
    });
    const conditions = { StringEquals: { 'aws:PrincipalTag/team': 'red' }, Null: { 'aws:PrincipalTag/other': 'true' } };
    await made.grant('Next', policy(allow('iam:ListUsers', { Condition: conditions })));
    const Tags = [
      { Key: 'team', Value: 'red' },
      { Key: 'other', Value: 'x' },
    ];
    const first = await made.assume({ Tags, TransitiveTagKeys: ['team'] });
    const second = await made.assume({ RoleArn: next }, made.as(first));
    await second.client.send(listUsers);
    await assert.rejects(made.assume({ RoleArn: next, DurationSeconds: 3601 }, made.as(first)), {
      name: 'ValidationError',
      message: 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    });
    await assert.rejects(made.assume({ RoleArn: next, Tags: [{ Key: 'Team', Value: 'blue' }] }, made.as(first)), {
      name: 'InvalidParameterValue',
      message:
        "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    });
  });

  it('are conditions of the trust policy', async () => {
    await using made = await prepare(await shared.newAccount());
    const RoleArn = `arn:aws:iam::${made.platform.account}:role/Picky`;
    const Condition = {
      StringEquals: { 'aws:RequestTag/team': `\${aws:PrincipalTag/team}` },
      'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'], 'sts:TransitiveTagKeys': ['team'] },
    };
    await made.createRole('Picky', trust(['sts:AssumeRole', 'sts:TagSession'], made.userArn, { Condition }));
    const refused = { name: 'AccessDenied' };
    const Tags = [{ Key: 'team', Value: 'red' }];
    await made.assume({ RoleArn, Tags, TransitiveTagKeys: ['team'] });
    await assert.rejects(made.assume({ RoleArn }), refused);
    await assert.rejects(made.assume({ RoleArn, Tags: [{ Key: 'team', Value: 'blue' }] }), refused);
    await assert.rejects(made.assume({ RoleArn, Tags: [...Tags, { Key: 'more', Value: 'x' }] }), refused);
  });
});

describe('session tags refuse', () => {
  it('a role whose trust policy does not allow sts:TagSession, and one that forbids', async () => {
    await using made = await prepare(await shared.newAccount());
    const RoleArn = `arn:aws:iam::${made.platform.account}:role/Plain`;
    await made.createRole('Plain', trust('sts:AssumeRole', made.userArn));
    const start = `User: ${made.userArn} is not authorized to perform:`;
    await assert.rejects(made.assume({ RoleArn, Tags: [{ Key: 'a', Value: 'b' }] }), {
      name: 'AccessDenied',
      message: `${start} sts:TagSession on resource: ${RoleArn}`,
    });
    await assert.rejects(made.assume({ RoleArn, SourceIdentity: 'ann' }), {
      name: 'AccessDenied',
      message: `${start} sts:SetSourceIdentity on resource: ${RoleArn}`,
    });
    const Forbidding = `arn:aws:iam::${made.platform.account}:role/Forbidding`;
    await made.createRole('Forbidding', trust('sts:AssumeRole', made.userArn, { Effect: 'Deny' }));
    await assert.rejects(made.assume({ RoleArn: Forbidding }), {
      name: 'AccessDenied',
      message: `${start} sts:AssumeRole on resource: ${Forbidding} with an explicit deny in the role trust policy`,
    });
  });

  it('keys twice, transitive keys that are no tags, and more than there is room for', async () => {
    await using made = await prepare(await shared.newAccount());
    const twice = [
      { Key: 'a', Value: '1' },
      { Key: 'A', Value: '2' },
    ];
    await assert.rejects(made.assume({ Tags: twice }), {
      name: 'InvalidParameterValue',
      message: 'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    });
    await assert.rejects(made.assume({ Tags: [{ Key: 'a', Value: '1' }], TransitiveTagKeys: ['b'] }), {
      name: 'InvalidParameterValue',
      message: 'The specified transitive tag key must be included in the requested tags.',
    });
    const Tags = Array.from({ length: 50 }, (_, n) => ({
      Key: `key-${n}`,
      Value: createHash('sha512').update(`${n}`).digest('hex'),
    }));
    await assert.rejects(
      made.assume({ Tags }),
      ({ name, message }: Error) =>
        name === 'PackedPolicyTooLargeException' &&
        /^Packed size of session tags consumes [12]\d\d% of allotted space\.$/.test(message),
    );
  });
});

describe('source identities do', () => {
  it('stay with all sessions that follow, and cannot be changed', async () => {
    await using made = await prepare(await shared.newAccount());
    const next = `arn:aws:iam::${made.platform.account}:role/Next`;
    await made.createRole('Next', trust(['sts:AssumeRole', 'sts:SetSourceIdentity'], made.roleArn));
    const Condition = { StringEquals: { 'aws:SourceIdentity': 'Ann' } };
    await made.grant('Next', policy(allow('iam:ListUsers', { Condition })));
    const first = await made.assume({ SourceIdentity: 'Ann' });
    assert.equal(first.SourceIdentity, 'Ann');
    const second = await made.assume({ RoleArn: next }, made.as(first));
    assert.equal(second.SourceIdentity, 'Ann');
    await second.client.send(listUsers);
    await assert.rejects(made.assume({ RoleArn: next, SourceIdentity: 'Bob' }, made.as(first)), {
      name: 'ValidationError',
      message: 'The source identity is already set for this assume role session',
    });
  });
});
