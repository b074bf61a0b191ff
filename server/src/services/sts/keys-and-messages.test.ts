import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CreateAccessKeyCommand, ListRolesCommand } from '@aws-sdk/client-iam';
import { DecodeAuthorizationMessageCommand, GetAccessKeyInfoCommand, STSClient } from '@aws-sdk/client-sts';
import { startPlatform } from '../../../../test/harness/platform.ts';
import { allow, policy, prepare } from '../../../../test/harness/sessions.ts';
import { sharedPlatform } from '../../../../test/harness/shared-platform.ts';

const shared = sharedPlatform();

const listRoles = new ListRolesCommand({});

describe('GetAccessKeyInfo does', () => {
  it('tell whose a key is, of whatever sort', async () => {
    // The administrator's long-lived key is the platform's own account's.
    await using made = await prepare(await startPlatform());
    const { platform, iam } = made;
    const root = platform.client(STSClient);
    const session = await made.assume();
    const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }));
    for (const id of [platform.credentials.accessKeyId, session.Credentials?.AccessKeyId, key?.AccessKeyId]) {
      const answer = await root.send(new GetAccessKeyInfoCommand({ AccessKeyId: id }));
      assert.equal(answer.Account, platform.account);
    }
    await assert.rejects(root.send(new GetAccessKeyInfoCommand({ AccessKeyId: 'AKIAIOSFODNN7EXAMPLE' })), {
      name: 'ValidationError',
      message: 'Invalid Access Key ID: AKIAIOSFODNN7EXAMPLE',
    });
  });
});

describe('DecodeAuthorizationMessage does', () => {
  it('show why a call was refused, to those who may see it', async () => {
    await using made = await prepare(await shared.newAccount());
    const { platform, userArn } = made;
    const session = await made.assume({ Policy: policy(allow('iam:ListUsers')) });
    const refusal = await session.client.send(listRoles).then(
      () => assert.fail('it was allowed'),
      (error: { $response?: { headers: Record<string, string> } }) => error,
    );
    const EncodedMessage = refusal.$response?.headers['x-clary-encoded-authorization-message'];
    assert.ok(EncodedMessage);
    const decode = new DecodeAuthorizationMessageCommand({ EncodedMessage });
    const { DecodedMessage: text } = await platform.client(STSClient).send(decode);
    const message = JSON.parse(text ?? '');
    assert.deepEqual([message.allowed, message.explicitDeny], [false, false]);
    assert.equal(message.context.principal.arn, `arn:aws:sts::${platform.account}:assumed-role/Worker/work`);
    assert.equal(message.context.action, 'iam:ListRoles');
    const role = message.context.conditions.items.find(({ key }: { key: string }) => key === 'aws:PrincipalArn');
    assert.deepEqual(role.values, { items: [{ value: made.roleArn }] });
    await assert.rejects(made.own.send(decode), {
      name: 'AccessDenied',
      message: `User: ${userArn} is not authorized to perform: sts:DecodeAuthorizationMessage because no identity-based policy allows the sts:DecodeAuthorizationMessage action`,
    });
    const changed = `${EncodedMessage.startsWith('A') ? 'B' : 'A'}${EncodedMessage.slice(1)}`;
    const invalid = new DecodeAuthorizationMessageCommand({ EncodedMessage: changed });
    await assert.rejects(platform.client(STSClient).send(invalid), {
      name: 'InvalidAuthorizationMessageException',
      message: 'Message is not valid.',
    });
  });
});
