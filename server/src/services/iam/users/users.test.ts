import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  DetachUserPolicyCommand,
  GetUserCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListUsersCommand,
  PutUserPolicyCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { sharedPlatform } from '../../../../../test/harness/shared-platform.ts';

const shared = sharedPlatform();

const allow = (action: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] });
const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';

/** A user with a key, and a client that signs with it. */
async function withUser() {
  const platform = await shared.newAccount();
  const iam = platform.client(IAMClient);
  await iam.send(new CreateUserCommand({ UserName: 'ann' }));
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }));
  assert.ok(key?.AccessKeyId && key.SecretAccessKey);
  const credentials = { accessKeyId: key.AccessKeyId, secretAccessKey: key.SecretAccessKey };
  const own = platform.client(IAMClient, { credentials });
  const arn = `arn:aws:iam::${platform.account}:user/ann`;
  return { iam, own, arn, accessKeyId: key.AccessKeyId, [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose]() };
}

const denied = (arn: string, action: string, resource: string) => ({
  name: 'AccessDenied',
  message: `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
});

describe('users do', () => {
  it('come back as they were made', async () => {
    await using platform = await shared.newAccount();
    const iam = platform.client(IAMClient);
    const { User: made } = await iam.send(new CreateUserCommand({ UserName: 'ann', Path: '/staff/' }));
    assert.equal(made?.Arn, `arn:aws:iam::${platform.account}:user/staff/ann`);
    const { User: user } = await iam.send(new GetUserCommand({ UserName: 'ann' }));
    assert.deepEqual(user, made);
    const { Users: users } = await iam.send(new ListUsersCommand({}));
    assert.deepEqual(users, [made]);
    await iam.send(new DeleteUserCommand({ UserName: 'ann' }));
    await assert.rejects(iam.send(new GetUserCommand({ UserName: 'ann' })), {
      name: 'NoSuchEntityException',
      message: 'The user with name ann cannot be found.',
    });
  });

  it('what their policies allow, from the next call on', async () => {
    await using made = await withUser();
    const { iam, own, arn } = made;
    await assert.rejects(own.send(new GetUserCommand({})), denied(arn, 'iam:GetUser', arn));
    await iam.send(
      new PutUserPolicyCommand({ UserName: 'ann', PolicyName: 'P', PolicyDocument: allow('iam:GetUser') }),
    );
    assert.equal((await own.send(new GetUserCommand({}))).User?.Arn, arn);
    await iam.send(new DeleteUserPolicyCommand({ UserName: 'ann', PolicyName: 'P' }));
    await assert.rejects(own.send(new GetUserCommand({})), denied(arn, 'iam:GetUser', arn));
    await iam.send(new AttachUserPolicyCommand({ UserName: 'ann', PolicyArn: readOnly }));
    assert.equal((await own.send(new GetUserCommand({}))).User?.Arn, arn);
    await iam.send(new DetachUserPolicyCommand({ UserName: 'ann', PolicyArn: readOnly }));
    await assert.rejects(own.send(new GetUserCommand({})), denied(arn, 'iam:GetUser', arn));
  });

  it('sign with their keys while these are active', async () => {
    await using made = await withUser();
    const { iam, own, accessKeyId } = made;
    await iam.send(new AttachUserPolicyCommand({ UserName: 'ann', PolicyArn: readOnly }));
    await own.send(new GetUserCommand({}));
    const listed = await own.send(new ListAccessKeysCommand({}));
    assert.deepEqual(
      listed.AccessKeyMetadata?.map((key) => [key.AccessKeyId, key.Status]),
      [[accessKeyId, 'Active']],
    );
    const change = { UserName: 'ann', AccessKeyId: accessKeyId };
    await iam.send(new UpdateAccessKeyCommand({ ...change, Status: 'Inactive' }));
    await assert.rejects(own.send(new GetUserCommand({})), { name: 'InvalidClientTokenId' });
    await iam.send(new UpdateAccessKeyCommand({ ...change, Status: 'Active' }));
    await own.send(new GetUserCommand({}));
    await iam.send(new DeleteAccessKeyCommand(change));
    await assert.rejects(own.send(new GetUserCommand({})), { name: 'InvalidClientTokenId' });
  });
});

describe('users refuse', () => {
  it('a name that is taken, a third key, a key of nobody', async () => {
    await using made = await withUser();
    const { iam } = made;
    await assert.rejects(iam.send(new CreateUserCommand({ UserName: 'Ann' })), {
      name: 'EntityAlreadyExistsException',
      message: 'User with name Ann already exists.',
    });
    await iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }));
    await assert.rejects(iam.send(new CreateAccessKeyCommand({ UserName: 'ann' })), {
      name: 'LimitExceededException',
      message: 'Cannot exceed quota for AccessKeysPerUser: 2',
    });
    const unknown = { UserName: 'ann', AccessKeyId: 'AKIA0000000000000000' };
    await assert.rejects(iam.send(new DeleteAccessKeyCommand(unknown)), {
      name: 'NoSuchEntityException',
      message: 'The Access Key with id AKIA0000000000000000 cannot be found.',
    });
  });

  it('to go while they hold keys or policies', async () => {
    await using made = await withUser();
    const { iam, accessKeyId } = made;
    const gone = new DeleteUserCommand({ UserName: 'ann' });
    const conflict = (message: string) => ({ name: 'DeleteConflictException', message });
    await assert.rejects(iam.send(gone), conflict('Cannot delete entity, must delete access keys first.'));
    await iam.send(new DeleteAccessKeyCommand({ UserName: 'ann', AccessKeyId: accessKeyId }));
    await iam.send(new AttachUserPolicyCommand({ UserName: 'ann', PolicyArn: readOnly }));
    await assert.rejects(iam.send(gone), conflict('Cannot delete entity, must detach all policies first.'));
  });
});
