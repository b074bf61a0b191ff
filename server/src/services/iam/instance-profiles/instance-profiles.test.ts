import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  GetInstanceProfileCommand,
  IAMClient,
  ListInstanceProfilesCommand,
  ListInstanceProfilesForRoleCommand,
  ListInstanceProfileTagsCommand,
  PutUserPolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  TagInstanceProfileCommand,
  UntagInstanceProfileCommand,
} from '@aws-sdk/client-iam';
import { sharedPlatform } from '../../../../../test/harness/shared-platform.ts';
import { allow, makeUser } from '../../../../../test/harness/user.ts';

const shared = sharedPlatform();

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'ec2.amazonaws.com' } }],
});
const profile = { InstanceProfileName: 'machine' };
const both = { ...profile, RoleName: 'Worker' };

async function withProfile() {
  const platform = await shared.newAccount();
  const iam = platform.client(IAMClient);
  await iam.send(new CreateRoleCommand({ RoleName: 'Worker', AssumeRolePolicyDocument: trust }));
  await iam.send(new CreateInstanceProfileCommand(profile));
  return { platform, iam, [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose]() };
}

describe('instance profiles do', () => {
  it('come back as they were made, with their role', async () => {
    await using made = await withProfile();
    const { platform, iam } = made;
    const get = async () => (await iam.send(new GetInstanceProfileCommand(profile))).InstanceProfile;
    const before = await get();
    assert.equal(before?.Arn, `arn:aws:iam::${platform.account}:instance-profile/machine`);
    assert.match(before?.InstanceProfileId ?? '', /^AIPA[A-Z2-7]{17}$/);
    assert.deepEqual(before?.Roles, []);
    await iam.send(new AddRoleToInstanceProfileCommand(both));
    assert.equal((await get())?.Roles?.[0]?.RoleName, 'Worker');
    const ofRole = await iam.send(new ListInstanceProfilesForRoleCommand({ RoleName: 'Worker' }));
    assert.deepEqual(
      ofRole.InstanceProfiles?.map((one) => one.InstanceProfileName),
      ['machine'],
    );
    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'other', Path: '/eu/' }));
    const inEu = await iam.send(new ListInstanceProfilesCommand({ PathPrefix: '/eu/' }));
    assert.deepEqual(
      inEu.InstanceProfiles?.map((one) => one.InstanceProfileName),
      ['other'],
    );
    await iam.send(new TagInstanceProfileCommand({ ...profile, Tags: [{ Key: 'k', Value: 'v' }] }));
    assert.deepEqual((await get())?.Tags, [{ Key: 'k', Value: 'v' }]);
    await iam.send(new UntagInstanceProfileCommand({ ...profile, TagKeys: ['k'] }));
    assert.deepEqual((await iam.send(new ListInstanceProfileTagsCommand(profile))).Tags, []);
    assert.deepEqual((await get())?.Tags, []);
    await iam.send(new RemoveRoleFromInstanceProfileCommand(both));
    await iam.send(new DeleteInstanceProfileCommand(profile));
    await assert.rejects(get(), {
      name: 'NoSuchEntityException',
      message: 'Instance Profile machine cannot be found.',
    });
  });
});

describe('instance profiles refuse', () => {
  it('a name that is taken, a second role, a role that is not in them', async () => {
    await using made = await withProfile();
    const { iam } = made;
    await assert.rejects(iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'Machine' })), {
      name: 'EntityAlreadyExistsException',
      message: 'Instance Profile Machine already exists.',
    });
    await assert.rejects(iam.send(new RemoveRoleFromInstanceProfileCommand(both)), {
      name: 'NoSuchEntityException',
      message: 'The role with name Worker cannot be found.',
    });
    await iam.send(new AddRoleToInstanceProfileCommand(both));
    await assert.rejects(iam.send(new AddRoleToInstanceProfileCommand(both)), {
      name: 'LimitExceededException',
      message: 'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1',
    });
  });

  it('to go while they hold a role, and the role to go while it is held', async () => {
    await using made = await withProfile();
    const { iam } = made;
    await iam.send(new AddRoleToInstanceProfileCommand(both));
    const conflict = {
      name: 'DeleteConflictException',
      message: 'Cannot delete entity, must remove roles from instance profile first.',
    };
    await assert.rejects(iam.send(new DeleteInstanceProfileCommand(profile)), conflict);
    await assert.rejects(iam.send(new DeleteRoleCommand({ RoleName: 'Worker' })), conflict);
  });

  it('a role that the caller may not pass', async () => {
    await using made = await withProfile();
    const { platform, iam } = made;
    const user = await makeUser(platform, 'ann');
    const put = (actions: string[]) =>
      iam.send(new PutUserPolicyCommand({ UserName: 'ann', PolicyName: 'P', PolicyDocument: allow(actions) }));
    await put(['iam:AddRoleToInstanceProfile']);
    await assert.rejects(user.iam.send(new AddRoleToInstanceProfileCommand(both)), {
      name: 'AccessDenied',
      message: `User: ${user.arn} is not authorized to perform: iam:PassRole on resource: arn:aws:iam::${platform.account}:role/Worker because no identity-based policy allows the iam:PassRole action`,
    });
    await put(['iam:AddRoleToInstanceProfile', 'iam:PassRole']);
    await user.iam.send(new AddRoleToInstanceProfileCommand(both));
  });
});

describe('instance profiles survive', () => {
  it('their role, or themselves, being deleted while it is added: either, never both', async () => {
    await using made = await withProfile();
    const { iam } = made;
    const add = () => iam.send(new AddRoleToInstanceProfileCommand(both));
    for (let round = 0; round < 5; round++) {
      const [added, deleted] = await Promise.allSettled([
        add(),
        iam.send(new DeleteRoleCommand({ RoleName: 'Worker' })),
      ]);
      assert.notEqual(added.status, deleted.status);
      if (added.status === 'fulfilled') await iam.send(new RemoveRoleFromInstanceProfileCommand(both));
      else await iam.send(new CreateRoleCommand({ RoleName: 'Worker', AssumeRolePolicyDocument: trust }));
    }
    for (let round = 0; round < 5; round++) {
      const [added, deleted] = await Promise.allSettled([add(), iam.send(new DeleteInstanceProfileCommand(profile))]);
      assert.notEqual(added.status, deleted.status);
      if (added.status === 'fulfilled') await iam.send(new RemoveRoleFromInstanceProfileCommand(both));
      else await iam.send(new CreateInstanceProfileCommand(profile));
    }
  });
});
