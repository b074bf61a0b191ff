import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  AddUserToGroupCommand,
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreateAccountAliasCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteAccountAliasCommand,
  type EntityType,
  GenerateCredentialReportCommand,
  GetAccountAuthorizationDetailsCommand,
  GetAccountSummaryCommand,
  GetCredentialReportCommand,
  IAMClient,
  ListAccountAliasesCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { startPlatform } from '../../../../../test/harness/platform.ts';
import { sharedPlatform } from '../../../../../test/harness/shared-platform.ts';
import { allow, makeUser } from '../../../../../test/harness/user.ts';

const shared = sharedPlatform();

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'sagemaker.amazonaws.com' } }],
});
const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';

describe('accounts do', () => {
  it('have one alias: a new one takes the place of the old', async () => {
    await using platform = await shared.newAccount();
    const iam = platform.client(IAMClient);
    const aliases = async () => (await iam.send(new ListAccountAliasesCommand({}))).AccountAliases;
    assert.deepEqual(await aliases(), []);
    await iam.send(new CreateAccountAliasCommand({ AccountAlias: 'clary-one' }));
    await iam.send(new CreateAccountAliasCommand({ AccountAlias: 'clary-two' }));
    assert.deepEqual(await aliases(), ['clary-two']);
    await iam.send(new DeleteAccountAliasCommand({ AccountAlias: 'clary-two' }));
    assert.deepEqual(await aliases(), []);
  });

  it('sum up what they hold', async () => {
    await using platform = await shared.newAccount();
    const iam = platform.client(IAMClient);
    await makeUser(platform, 'ann');
    await iam.send(new CreateGroupCommand({ GroupName: 'staff' }));
    await iam.send(new CreatePolicyCommand({ PolicyName: 'P', PolicyDocument: allow('s3:*') }));
    const { SummaryMap: map } = await iam.send(new GetAccountSummaryCommand({}));
    const { Users, Groups, Roles, Policies, PolicyVersionsInUse, GroupsQuota } = map ?? {};
    assert.deepEqual([Users, Groups, Roles, Policies, PolicyVersionsInUse, GroupsQuota], [1, 1, 0, 1, 1, 300]);
  });

  it('tell everything about their permissions, page by page', async () => {
    await using platform = await shared.newAccount();
    const iam = platform.client(IAMClient);
    await makeUser(platform, 'ann');
    await iam.send(new CreateGroupCommand({ GroupName: 'staff' }));
    await iam.send(new AddUserToGroupCommand({ GroupName: 'staff', UserName: 'ann' }));
    const inline = { UserName: 'ann', PolicyName: 'P', PolicyDocument: allow('s3:*') };
    await iam.send(new PutUserPolicyCommand(inline));
    await iam.send(new CreateRoleCommand({ RoleName: 'Worker', AssumeRolePolicyDocument: trust }));
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'Worker', PolicyArn: readOnly }));
    await iam.send(new CreatePolicyCommand({ PolicyName: 'Own', PolicyDocument: allow('s3:*') }));
    const all = await iam.send(new GetAccountAuthorizationDetailsCommand({}));
    const [user] = all.UserDetailList ?? [];
    assert.deepEqual([user?.UserName, user?.GroupList], ['ann', ['staff']]);
    assert.equal(decodeURIComponent(user?.UserPolicyList?.[0]?.PolicyDocument ?? ''), inline.PolicyDocument);
    assert.deepEqual(
      all.GroupDetailList?.map((group) => group.GroupName),
      ['staff'],
    );
    assert.deepEqual(all.RoleDetailList?.[0]?.AttachedManagedPolicies, [
      { PolicyName: 'ReadOnlyAccess', PolicyArn: readOnly },
    ]);
    assert.deepEqual(
      all.Policies?.map((policy) => [policy.PolicyName, policy.PolicyVersionList?.length]),
      [
        ['Own', 1],
        ['ReadOnlyAccess', 1],
      ],
    );
    const first = await iam.send(new GetAccountAuthorizationDetailsCommand({ MaxItems: 3 }));
    assert.deepEqual([first.RoleDetailList?.length, first.Policies?.length, first.IsTruncated], [1, 0, true]);
    const rest = await iam.send(new GetAccountAuthorizationDetailsCommand({ Marker: first.Marker }));
    assert.deepEqual([rest.UserDetailList?.length, rest.Policies?.length, rest.IsTruncated], [0, 2, false]);
    const filter: EntityType[] = ['LocalManagedPolicy', 'Group'];
    const some = await iam.send(new GetAccountAuthorizationDetailsCommand({ Filter: filter }));
    assert.deepEqual(
      [some.UserDetailList?.length, some.GroupDetailList?.length, some.RoleDetailList?.length, some.Policies?.length],
      [0, 1, 0, 1],
    );
  });

  it('report on the credentials of their users, anew after four hours', async () => {
    let now = Date.parse('2026-11-21T10:00:00Z');
    await using platform = await startPlatform({ clock: { now: () => new Date(now) } });
    // One client a call: each learns the real time from its first answer.
    const iam = () => platform.client(IAMClient, { systemClockOffset: now - Date.now() });
    const { User: user } = await iam().send(new CreateUserCommand({ UserName: 'ann' }));
    await iam().send(new CreateAccessKeyCommand({ UserName: 'ann' }));
    const generate = async () => (await iam().send(new GenerateCredentialReportCommand({}))).State;
    assert.equal(await generate(), 'STARTED');
    assert.equal(await generate(), 'COMPLETE');
    const report = await iam().send(new GetCredentialReportCommand({}));
    assert.equal(report.ReportFormat, 'text/csv');
    const [columns, root, ann] = Buffer.from(report.Content ?? [])
      .toString()
      .split('\n');
    assert.equal(columns?.split(',').length, 22);
    assert.match(root ?? '', new RegExp(`^<root_account>,arn:aws:iam::${platform.account}:root,N/A,not_supported,`));
    assert.equal(
      ann,
      `ann,${user?.Arn},2026-11-21T10:00:00+00:00,false,N/A,N/A,N/A,false,true,2026-11-21T10:00:00+00:00,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A`,
    );
    now += 4 * 60 * 60_000;
    await assert.rejects(iam().send(new GetCredentialReportCommand({})), {
      name: 'CredentialReportExpiredException',
    });
    assert.equal(await generate(), 'STARTED');
  });
});

describe('accounts refuse', () => {
  it('an alias that they have, one that they do not, a report that nobody asked for', async () => {
    await using platform = await shared.newAccount();
    const iam = platform.client(IAMClient);
    await iam.send(new CreateAccountAliasCommand({ AccountAlias: 'clary-one' }));
    await assert.rejects(iam.send(new CreateAccountAliasCommand({ AccountAlias: 'clary-one' })), {
      name: 'EntityAlreadyExistsException',
      message: 'The account alias clary-one already exists.',
    });
    await assert.rejects(iam.send(new DeleteAccountAliasCommand({ AccountAlias: 'clary-two' })), {
      name: 'NoSuchEntityException',
      message: 'The account alias clary-two cannot be found.',
    });
    await assert.rejects(iam.send(new GetCredentialReportCommand({})), {
      name: 'CredentialReportNotPresentException',
    });
  });
});
