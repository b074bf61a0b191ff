import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CreateRoleCommand,
  DeleteAccessKeyCommand,
  DeleteRoleCommand,
  DeleteUserCommand,
  GetRoleCommand,
  IAMClient,
  ListRolesCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateUserCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { sharedPlatform } from '../../../../../test/harness/shared-platform.ts';
import { makeUser } from '../../../../../test/harness/user.ts';

const shared = sharedPlatform();

const trust = (...AWS: string[]) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: AWS.length === 1 ? AWS[0] : AWS } }],
  });
const worker = { RoleName: 'Worker' };

async function withUser() {
  const platform = await shared.newAccount();
  const iam = platform.client(IAMClient);
  const ann = await makeUser(platform, 'ann');
  const roleArn = `arn:aws:iam::${platform.account}:role/Worker`;
  const shown = async () => {
    const { Role: role } = await iam.send(new GetRoleCommand(worker));
    return JSON.parse(decodeURIComponent(role?.AssumeRolePolicyDocument ?? '')).Statement[0].Principal.AWS;
  };
  const assume = (credentials: typeof ann.credentials) =>
    platform
      .client(STSClient, { credentials })
      .send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'work' }));
  return { platform, iam, ann, shown, assume, [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose]() };
}

describe('a trust policy does', () => {
  it('not let in who was made anew under an old name, and shows whom it meant', async () => {
    await using made = await withUser();
    const { platform, iam, ann, shown, assume } = made;
    const everybody = trust(ann.arn, `arn:aws:iam::${platform.account}:root`);
    await iam.send(new CreateRoleCommand({ ...worker, AssumeRolePolicyDocument: everybody }));
    const { Roles: roles = [] } = await iam.send(new ListRolesCommand({}));
    assert.deepEqual(
      roles.map((role) => decodeURIComponent(role.AssumeRolePolicyDocument ?? '')),
      [everybody],
    );
    await iam.send(new UpdateAssumeRolePolicyCommand({ ...worker, PolicyDocument: trust(ann.arn) }));
    assert.equal(await shown(), ann.arn);
    await assume(ann.credentials);
    const { accessKeyId: AccessKeyId } = ann.credentials;
    await iam.send(new DeleteAccessKeyCommand({ UserName: 'ann', AccessKeyId }));
    await iam.send(new DeleteUserCommand({ UserName: 'ann' }));
    assert.match(await shown(), /^AIDA[A-Z2-7]{17}$/);
    const again = await makeUser(platform, 'ann');
    assert.equal(again.arn, ann.arn);
    await assert.rejects(assume(again.credentials), { name: 'AccessDenied' });
    assert.match(await shown(), /^AIDA[A-Z2-7]{17}$/);
  });

  it('follow a user to its new name', async () => {
    await using made = await withUser();
    const { iam, ann, shown, assume } = made;
    await iam.send(new CreateRoleCommand({ ...worker, AssumeRolePolicyDocument: trust(ann.arn) }));
    await iam.send(new UpdateUserCommand({ UserName: 'ann', NewUserName: 'anna' }));
    await assume(ann.credentials);
    assert.equal(await shown(), ann.arn.replace(/ann$/, 'anna'));
  });

  it('let in the sessions of a role, as long as it is the same one', async () => {
    await using made = await withUser();
    const { platform, iam, ann } = made;
    const chain = { RoleName: 'Chain' };
    const { Role: first } = await iam.send(
      new CreateRoleCommand({ ...worker, AssumeRolePolicyDocument: trust(ann.arn) }),
    );
    const arn = first?.Arn ?? '';
    const { Role: second } = await iam.send(new CreateRoleCommand({ ...chain, AssumeRolePolicyDocument: trust(arn) }));
    const onward = async () => {
      const { Credentials: key } = await made.assume(ann.credentials);
      const credentials = {
        accessKeyId: key?.AccessKeyId ?? '',
        secretAccessKey: key?.SecretAccessKey ?? '',
        sessionToken: key?.SessionToken ?? '',
      };
      const command = new AssumeRoleCommand({ RoleArn: second?.Arn, RoleSessionName: 'work' });
      return platform.client(STSClient, { credentials }).send(command);
    };
    // The trust policy names the role, so its own policies need not allow it.
    await onward();
    await iam.send(new DeleteRoleCommand(worker));
    await iam.send(new CreateRoleCommand({ ...worker, AssumeRolePolicyDocument: trust(ann.arn) }));
    await assert.rejects(onward(), { name: 'AccessDenied' });
  });
});

describe('a trust policy refuses', () => {
  it('to name who does not exist', async () => {
    await using made = await withUser();
    const { platform, iam, ann } = made;
    for (const nobody of [
      `arn:aws:iam::${platform.account}:user/nobody`,
      `arn:aws:iam::${platform.account}:role/Worker`,
      'AIDAAAAAAAAAAAAAAAAAA',
    ]) {
      const AssumeRolePolicyDocument = trust(ann.arn, nobody);
      await assert.rejects(iam.send(new CreateRoleCommand({ ...worker, AssumeRolePolicyDocument })), {
        name: 'MalformedPolicyDocumentException',
        message: `Invalid principal in policy: "AWS":"${nobody}"`,
      });
    }
  });
});
