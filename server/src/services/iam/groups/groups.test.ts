import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  CreateGroupCommand,
  CreateUserCommand,
  DeleteGroupCommand,
  DeleteGroupPolicyCommand,
  DeleteUserCommand,
  DetachGroupPolicyCommand,
  GetGroupCommand,
  GetGroupPolicyCommand,
  GetUserCommand,
  IAMClient,
  ListAttachedGroupPoliciesCommand,
  ListGroupPoliciesCommand,
  ListGroupsCommand,
  ListGroupsForUserCommand,
  PutGroupPolicyCommand,
  RemoveUserFromGroupCommand,
  UpdateGroupCommand,
} from '@aws-sdk/client-iam';
import { startPlatformProcess } from '../../../../../test/harness/platform.ts';
import { sharedPlatform } from '../../../../../test/harness/shared-platform.ts';
import { allow, makeUser } from '../../../../../test/harness/user.ts';

const shared = sharedPlatform();

const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const staff = { GroupName: 'staff' };
const ann = { GroupName: 'staff', UserName: 'ann' };

async function withGroup() {
  const platform = await shared.newAccount();
  const iam = platform.client(IAMClient);
  await iam.send(new CreateGroupCommand(staff));
  return { platform, iam, [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose]() };
}

describe('groups do', () => {
  it('come back as they were made, are renamed, and go', async () => {
    await using platform = await shared.newAccount();
    const iam = platform.client(IAMClient);
    const { Group: made } = await iam.send(new CreateGroupCommand({ ...staff, Path: '/eu/' }));
    assert.equal(made?.Arn, `arn:aws:iam::${platform.account}:group/eu/staff`);
    assert.match(made?.GroupId ?? '', /^AGPA[A-Z2-7]{17}$/);
    const got = await iam.send(new GetGroupCommand({ GroupName: 'STAFF' }));
    assert.deepEqual([got.Group, got.Users], [made, []]);
    assert.deepEqual((await iam.send(new ListGroupsCommand({ PathPrefix: '/eu/' }))).Groups, [made]);
    assert.deepEqual((await iam.send(new ListGroupsCommand({ PathPrefix: '/us/' }))).Groups, []);
    await iam.send(new UpdateGroupCommand({ ...staff, NewGroupName: 'team', NewPath: '/us/' }));
    const { Group: renamed } = await iam.send(new GetGroupCommand({ GroupName: 'team' }));
    assert.deepEqual(
      [renamed?.Arn, renamed?.GroupId],
      [`arn:aws:iam::${platform.account}:group/us/team`, made?.GroupId],
    );
    await iam.send(new DeleteGroupCommand({ GroupName: 'team' }));
    assert.deepEqual((await iam.send(new ListGroupsCommand({}))).Groups, []);
  });

  it('hold users, page by page', async () => {
    await using made = await withGroup();
    const { iam } = made;
    for (const name of ['ann', 'bob', 'cyd']) {
      await iam.send(new CreateUserCommand({ UserName: name }));
      await iam.send(new AddUserToGroupCommand({ ...staff, UserName: name }));
    }
    await iam.send(new AddUserToGroupCommand(ann));
    const first = await iam.send(new GetGroupCommand({ ...staff, MaxItems: 2 }));
    assert.deepEqual([first.Users?.map((user) => user.UserName), first.IsTruncated], [['ann', 'bob'], true]);
    const second = await iam.send(new GetGroupCommand({ ...staff, MaxItems: 2, Marker: first.Marker }));
    assert.deepEqual([second.Users?.map((user) => user.UserName), second.IsTruncated], [['cyd'], false]);
    const { Groups: groups } = await iam.send(new ListGroupsForUserCommand({ UserName: 'ann' }));
    assert.deepEqual(
      groups?.map((group) => group.GroupName),
      ['staff'],
    );
    await iam.send(new RemoveUserFromGroupCommand(ann));
    await iam.send(new RemoveUserFromGroupCommand(ann));
    assert.deepEqual((await iam.send(new ListGroupsForUserCommand({ UserName: 'ann' }))).Groups, []);
  });

  it('carry policies', async () => {
    await using made = await withGroup();
    const { iam } = made;
    const text = allow('s3:ListAllMyBuckets');
    await iam.send(new PutGroupPolicyCommand({ ...staff, PolicyName: 'P', PolicyDocument: text }));
    await iam.send(new AttachGroupPolicyCommand({ ...staff, PolicyArn: readOnly }));
    assert.deepEqual((await iam.send(new ListGroupPoliciesCommand(staff))).PolicyNames, ['P']);
    const inline = await iam.send(new GetGroupPolicyCommand({ ...staff, PolicyName: 'P' }));
    assert.deepEqual([inline.GroupName, decodeURIComponent(inline.PolicyDocument ?? '')], ['staff', text]);
    const attached = await iam.send(new ListAttachedGroupPoliciesCommand(staff));
    assert.deepEqual(attached.AttachedPolicies, [{ PolicyName: 'ReadOnlyAccess', PolicyArn: readOnly }]);
    assert.deepEqual(
      (await iam.send(new ListAttachedGroupPoliciesCommand({ ...staff, PathPrefix: '/service-role/' })))
        .AttachedPolicies,
      [],
    );
  });

  it('grant what their policies say to whoever is in them, from the next call on', async () => {
    await using made = await withGroup();
    const { platform, iam } = made;
    const own = (await makeUser(platform, 'ann')).iam;
    const allowed = async () => assert.equal((await own.send(new GetUserCommand({}))).User?.UserName, 'ann');
    const denied = () => assert.rejects(own.send(new GetUserCommand({})), { name: 'AccessDenied' });
    await iam.send(new PutGroupPolicyCommand({ ...staff, PolicyName: 'P', PolicyDocument: allow('iam:GetUser') }));
    await denied();
    await iam.send(new AddUserToGroupCommand(ann));
    await allowed();
    await iam.send(new DeleteGroupPolicyCommand({ ...staff, PolicyName: 'P' }));
    await denied();
    await iam.send(new AttachGroupPolicyCommand({ ...staff, PolicyArn: readOnly }));
    await allowed();
    await iam.send(new UpdateGroupCommand({ ...staff, NewGroupName: 'team' }));
    await allowed();
    await iam.send(new UpdateGroupCommand({ GroupName: 'team', NewGroupName: 'staff' }));
    await iam.send(new DetachGroupPolicyCommand({ ...staff, PolicyArn: readOnly }));
    await denied();
    await iam.send(new AttachGroupPolicyCommand({ ...staff, PolicyArn: readOnly }));
    await iam.send(new RemoveUserFromGroupCommand(ann));
    await denied();
  });
});

describe('groups refuse', () => {
  it('a name that is taken, and what is not there', async () => {
    await using made = await withGroup();
    const { iam } = made;
    await assert.rejects(iam.send(new CreateGroupCommand({ GroupName: 'Staff' })), {
      name: 'EntityAlreadyExistsException',
      message: 'Group with name Staff already exists.',
    });
    await iam.send(new CreateGroupCommand({ GroupName: 'team' }));
    await assert.rejects(iam.send(new UpdateGroupCommand({ GroupName: 'team', NewGroupName: 'STAFF' })), {
      name: 'EntityAlreadyExistsException',
      message: 'Group with name STAFF already exists.',
    });
    const missing = (message: string) => ({ name: 'NoSuchEntityException', message });
    const gone = missing('The group with name gone cannot be found.');
    await assert.rejects(iam.send(new GetGroupCommand({ GroupName: 'gone' })), gone);
    await assert.rejects(iam.send(new AddUserToGroupCommand({ GroupName: 'gone', UserName: 'ann' })), gone);
    await assert.rejects(iam.send(new AddUserToGroupCommand(ann)), missing('The user with name ann cannot be found.'));
    await assert.rejects(
      iam.send(new GetGroupPolicyCommand({ ...staff, PolicyName: 'P' })),
      missing('The group policy with name P cannot be found.'),
    );
  });

  it('to go while they hold users or policies', async () => {
    await using made = await withGroup();
    const { iam } = made;
    const conflict = (message: string) => ({ name: 'DeleteConflictException', message });
    const inUse = conflict('Cannot delete entity, must remove users from group first.');
    await iam.send(new CreateUserCommand({ UserName: 'ann' }));
    await iam.send(new AddUserToGroupCommand(ann));
    await assert.rejects(iam.send(new DeleteGroupCommand(staff)), inUse);
    await assert.rejects(iam.send(new DeleteUserCommand({ UserName: 'ann' })), inUse);
    await iam.send(new RemoveUserFromGroupCommand(ann));
    await iam.send(new PutGroupPolicyCommand({ ...staff, PolicyName: 'P', PolicyDocument: allow('s3:*') }));
    await assert.rejects(
      iam.send(new DeleteGroupCommand(staff)),
      conflict('Cannot delete entity, must delete policies first.'),
    );
  });

  it('more than IAM’s quotas', async () => {
    await using made = await withGroup();
    const { iam } = made;
    await iam.send(new CreateUserCommand({ UserName: 'ann' }));
    const names = Array.from({ length: 299 }, (_, index) => `group-${index}`);
    await Promise.all(names.map((name) => iam.send(new CreateGroupCommand({ GroupName: name }))));
    const limit = (message: string) => ({ name: 'LimitExceededException', message });
    await assert.rejects(
      iam.send(new CreateGroupCommand({ GroupName: 'one-more' })),
      limit('Cannot exceed quota for GroupsPerAccount: 300'),
    );
    for (const name of names.slice(0, 10)) {
      await iam.send(new AddUserToGroupCommand({ GroupName: name, UserName: 'ann' }));
    }
    await assert.rejects(iam.send(new AddUserToGroupCommand(ann)), limit('Cannot exceed quota for GroupsPerUser: 10'));
    const text = allow('s3:*', `arn:aws:s3:::${'b'.repeat(5_120)}`);
    await assert.rejects(
      iam.send(new PutGroupPolicyCommand({ ...staff, PolicyName: 'P', PolicyDocument: text })),
      limit('Maximum policy size of 5120 bytes exceeded for group staff'),
    );
  });
});

describe('groups survive', () => {
  it('a restart', async () => {
    await using platform = await startPlatformProcess();
    const iam = platform.client(IAMClient);
    await iam.send(new CreateGroupCommand(staff));
    await iam.send(new AttachGroupPolicyCommand({ ...staff, PolicyArn: readOnly }));
    const own = (await makeUser(platform, 'ann')).iam;
    await iam.send(new AddUserToGroupCommand(ann));
    await platform.kill9();
    await platform.restart();
    assert.equal((await own.send(new GetUserCommand({}))).User?.UserName, 'ann');
  });

  it('being deleted while a user is added: either, never both', async () => {
    await using made = await withGroup();
    const { iam } = made;
    await iam.send(new CreateUserCommand({ UserName: 'ann' }));
    for (let round = 0; round < 10; round++) {
      const [added, deleted] = await Promise.allSettled([
        iam.send(new AddUserToGroupCommand(ann)),
        iam.send(new DeleteGroupCommand(staff)),
      ]);
      assert.notEqual(added.status, deleted.status);
      const { Groups: groups } = await iam.send(new ListGroupsForUserCommand({ UserName: 'ann' }));
      assert.equal(groups?.length, added.status === 'fulfilled' ? 1 : 0);
      if (added.status === 'fulfilled') await iam.send(new RemoveUserFromGroupCommand(ann));
      else await iam.send(new CreateGroupCommand(staff));
    }
  });
});
