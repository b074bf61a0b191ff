import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  AddUserToGroupCommand,
  AttachUserPolicyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  DeleteUserCommand,
  DeleteUserPermissionsBoundaryCommand,
  GetUserCommand,
  GetUserPolicyCommand,
  IAMClient,
  ListAttachedUserPoliciesCommand,
  ListGroupsForUserCommand,
  ListUserPoliciesCommand,
  ListUsersCommand,
  ListUserTagsCommand,
  PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand,
  TagUserCommand,
  UntagUserCommand,
  UpdateUserCommand,
} from '@aws-sdk/client-iam';
import { startPlatformProcess } from '../../../../../test/harness/platform.ts';
import { sharedPlatform } from '../../../../../test/harness/shared-platform.ts';
import { allow, makeUser } from '../../../../../test/harness/user.ts';

const shared = sharedPlatform();

const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const ann = { UserName: 'ann' };

async function withUser() {
  const platform = await shared.newAccount();
  const user = await makeUser(platform, 'ann');
  const iam = platform.client(IAMClient);
  return { platform, iam, user, [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose]() };
}

describe('changes of users do', () => {
  it('rename them; keys, groups, tags and policies stay', async () => {
    await using made = await withUser();
    const { platform, iam, user } = made;
    const { User: before } = await iam.send(new GetUserCommand(ann));
    await iam.send(new CreateGroupCommand({ GroupName: 'staff' }));
    await iam.send(new AddUserToGroupCommand({ ...ann, GroupName: 'staff' }));
    await iam.send(new AttachUserPolicyCommand({ ...ann, PolicyArn: readOnly }));
    await iam.send(new PutUserPolicyCommand({ ...ann, PolicyName: 'P', PolicyDocument: allow('s3:*') }));
    await iam.send(new TagUserCommand({ ...ann, Tags: [{ Key: 'team', Value: 'ml' }] }));
    await iam.send(new UpdateUserCommand({ ...ann, NewUserName: 'anna', NewPath: '/eu/' }));
    await assert.rejects(iam.send(new GetUserCommand(ann)), { name: 'NoSuchEntityException' });
    const { User: own } = await user.iam.send(new GetUserCommand({}));
    assert.deepEqual(
      [own?.Arn, own?.UserId, own?.Path, own?.Tags],
      [`arn:aws:iam::${platform.account}:user/eu/anna`, before?.UserId, '/eu/', [{ Key: 'team', Value: 'ml' }]],
    );
    const anna = { UserName: 'anna' };
    assert.equal((await iam.send(new ListGroupsForUserCommand(anna))).Groups?.[0]?.GroupName, 'staff');
    assert.deepEqual((await iam.send(new ListUserPoliciesCommand(anna))).PolicyNames, ['P']);
    const inline = await iam.send(new GetUserPolicyCommand({ ...anna, PolicyName: 'P' }));
    assert.equal(decodeURIComponent(inline.PolicyDocument ?? ''), allow('s3:*'));
    assert.equal((await iam.send(new ListAttachedUserPoliciesCommand(anna))).AttachedPolicies?.length, 1);
    const { Users: users } = await iam.send(new ListUsersCommand({ PathPrefix: '/eu/' }));
    assert.deepEqual(
      users?.map((one) => [one.UserName, one.Tags]),
      [['anna', undefined]],
    );
    await iam.send(new UpdateUserCommand({ ...anna, NewUserName: 'Anna' }));
    assert.equal((await user.iam.send(new GetUserCommand({}))).User?.UserName, 'Anna');
  });

  it('tag them; keys are one whatever their case', async () => {
    await using made = await withUser();
    const { iam } = made;
    const tags = [
      { Key: 'Team', Value: 'ml' },
      { Key: 'cost', Value: '' },
    ];
    await iam.send(new TagUserCommand({ ...ann, Tags: tags }));
    await iam.send(new TagUserCommand({ ...ann, Tags: [{ Key: 'team', Value: 'core' }] }));
    const first = await iam.send(new ListUserTagsCommand({ ...ann, MaxItems: 1 }));
    assert.deepEqual([first.Tags, first.IsTruncated], [[{ Key: 'cost', Value: '' }], true]);
    const second = await iam.send(new ListUserTagsCommand({ ...ann, Marker: first.Marker }));
    assert.deepEqual([second.Tags, second.IsTruncated], [[{ Key: 'team', Value: 'core' }], false]);
    await iam.send(new UntagUserCommand({ ...ann, TagKeys: ['TEAM', 'unknown'] }));
    assert.deepEqual((await iam.send(new GetUserCommand(ann))).User?.Tags, [{ Key: 'cost', Value: '' }]);
  });

  it('bound them', async () => {
    await using made = await withUser();
    const { iam } = made;
    const boundary = async (name: string) =>
      (await iam.send(new GetUserCommand({ UserName: name }))).User?.PermissionsBoundary?.PermissionsBoundaryArn;
    await iam.send(new CreateUserCommand({ UserName: 'bob', PermissionsBoundary: readOnly }));
    assert.equal(await boundary('bob'), readOnly);
    assert.equal(await boundary('ann'), undefined);
    await iam.send(new PutUserPermissionsBoundaryCommand({ ...ann, PermissionsBoundary: readOnly }));
    assert.equal(await boundary('ann'), readOnly);
    await iam.send(new DeleteUserPermissionsBoundaryCommand(ann));
    assert.equal(await boundary('ann'), undefined);
    await iam.send(new DeleteUserCommand({ UserName: 'bob' }));
  });

  it('are allowed by the tags of the user and of the request', async () => {
    await using made = await withUser();
    const { iam, user } = made;
    const text = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'iam:GetUser',
          Resource: '*',
          Condition: { StringEquals: { 'iam:ResourceTag/team': 'ml' } },
        },
        {
          Effect: 'Allow',
          Action: ['iam:CreateUser', 'iam:TagUser'],
          Resource: '*',
          Condition: { StringEquals: { 'aws:RequestTag/team': 'ml' } },
        },
      ],
    });
    await iam.send(new PutUserPolicyCommand({ ...ann, PolicyName: 'P', PolicyDocument: text }));
    const make = (team: string) =>
      user.iam.send(new CreateUserCommand({ UserName: `of-${team}`, Tags: [{ Key: 'team', Value: team }] }));
    await make('ml');
    await assert.rejects(make('core'), { name: 'AccessDenied' });
    await user.iam.send(new GetUserCommand({ UserName: 'of-ml' }));
    await assert.rejects(user.iam.send(new GetUserCommand(ann)), { name: 'AccessDenied' });
  });
});

describe('changes of users refuse', () => {
  it('names that are taken, boundaries that are not there', async () => {
    await using made = await withUser();
    const { iam } = made;
    await iam.send(new CreateUserCommand({ UserName: 'bob' }));
    await assert.rejects(iam.send(new UpdateUserCommand({ ...ann, NewUserName: 'BOB' })), {
      name: 'EntityAlreadyExistsException',
      message: 'User with name BOB already exists.',
    });
    const unknown = `arn:aws:iam::${made.platform.account}:policy/Unknown`;
    const missing = {
      name: 'NoSuchEntityException',
      message: `Scope ARN: ${unknown} does not exist or is not attachable.`,
    };
    await assert.rejects(
      iam.send(new PutUserPermissionsBoundaryCommand({ ...ann, PermissionsBoundary: unknown })),
      missing,
    );
    await assert.rejects(iam.send(new CreateUserCommand({ UserName: 'cyd', PermissionsBoundary: unknown })), missing);
  });

  it('tags that are twice the same, reserved, or too many', async () => {
    await using made = await withUser();
    const { iam } = made;
    const tag = (keys: readonly string[]) =>
      iam.send(new TagUserCommand({ ...ann, Tags: keys.map((key) => ({ Key: key, Value: 'v' })) }));
    await assert.rejects(tag(['team', 'Team']), {
      name: 'InvalidInputException',
      message: 'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    });
    await assert.rejects(tag(['aws:team']), { name: 'InvalidInputException' });
    await tag(Array.from({ length: 50 }, (_, index) => `key-${index}`));
    await tag(['KEY-1']);
    await assert.rejects(tag(['one-more']), {
      name: 'LimitExceededException',
      message: 'The number of tags has reached the maximum limit.',
    });
    await assert.rejects(iam.send(new GetUserPolicyCommand({ ...ann, PolicyName: 'P' })), {
      name: 'NoSuchEntityException',
      message: 'The user policy with name P cannot be found.',
    });
  });

  it('a name without the permission on both the old and the new', async () => {
    await using made = await withUser();
    const { iam, user } = made;
    const text = allow('iam:UpdateUser', 'arn:aws:iam::*:user/ann');
    await iam.send(new PutUserPolicyCommand({ ...ann, PolicyName: 'P', PolicyDocument: text }));
    await assert.rejects(user.iam.send(new UpdateUserCommand({ ...ann, NewUserName: 'anna' })), {
      name: 'AccessDenied',
      message: `User: ${user.arn} is not authorized to perform: iam:UpdateUser on resource: arn:aws:iam::${made.platform.account}:user/anna because no identity-based policy allows the iam:UpdateUser action`,
    });
  });
});

describe('changes of users survive', () => {
  it('a restart', async () => {
    await using platform = await startPlatformProcess();
    const iam = platform.client(IAMClient);
    const user = await makeUser(platform, 'ann');
    await iam.send(new CreatePolicyCommand({ PolicyName: 'Own', PolicyDocument: allow('iam:GetUser') }));
    await iam.send(new AttachUserPolicyCommand({ ...ann, PolicyArn: `arn:aws:iam::${platform.account}:policy/Own` }));
    await iam.send(new TagUserCommand({ ...ann, Tags: [{ Key: 'team', Value: 'ml' }] }));
    await iam.send(new UpdateUserCommand({ ...ann, NewUserName: 'anna' }));
    await platform.kill9();
    await platform.restart();
    const { User: own } = await user.iam.send(new GetUserCommand({}));
    assert.deepEqual([own?.UserName, own?.Tags], ['anna', [{ Key: 'team', Value: 'ml' }]]);
  });

  it('a name that is used again: the new one inherits nothing', async () => {
    await using platform = await shared.newAccount();
    const iam = platform.client(IAMClient);
    await iam.send(new CreateUserCommand({ ...ann, Tags: [{ Key: 'team', Value: 'ml' }] }));
    await iam.send(new DeleteUserCommand(ann));
    await iam.send(new CreateUserCommand(ann));
    assert.deepEqual((await iam.send(new ListUserTagsCommand(ann))).Tags, []);
  });
});
