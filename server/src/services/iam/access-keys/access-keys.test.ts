import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteUserCommand,
  GetAccessKeyLastUsedCommand,
  IAMClient,
  ListAccessKeysCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { startPlatform } from '../../../../../test/harness/platform.ts';
import { sharedPlatform } from '../../../../../test/harness/shared-platform.ts';
import { makeUser } from '../../../../../test/harness/user.ts';

const shared = sharedPlatform();

describe('access keys do', () => {
  it('tell when, where and for what they were last used: written once a minute at most', async () => {
    let now = Date.now();
    await using platform = await startPlatform({ clock: { now: () => new Date(now) } });
    const iam = platform.client(IAMClient);
    const { credentials } = await makeUser(platform, 'ann');
    const lastUsed = async () => {
      const id = { AccessKeyId: credentials.accessKeyId };
      const { UserName: name, AccessKeyLastUsed: used } = await iam.send(new GetAccessKeyLastUsedCommand(id));
      assert.equal(name, 'ann');
      return [used?.LastUsedDate?.getTime(), used?.ServiceName, used?.Region];
    };
    assert.deepEqual(await lastUsed(), [undefined, 'N/A', 'N/A']);
    const seconds = (ms: number) => Math.floor(ms / 1000) * 1000;
    const first = now;
    const sts = platform.client(STSClient, { credentials, region: 'eu-west-1' });
    await sts.send(new GetCallerIdentityCommand({}));
    const used = await lastUsed();
    assert.deepEqual([seconds(Number(used[0])), used[1], used[2]], [seconds(first), 'sts', 'eu-west-1']);
    now += 59_000;
    const own = platform.client(IAMClient, { credentials });
    await assert.rejects(own.send(new ListAccessKeysCommand({})), { name: 'AccessDenied' });
    assert.deepEqual(await lastUsed(), used);
    now += 1_000;
    await assert.rejects(own.send(new ListAccessKeysCommand({})), { name: 'AccessDenied' });
    assert.deepEqual((await lastUsed()).slice(1), ['iam', 'us-east-1']);
  });
});

describe('access keys refuse', () => {
  it('to be found where they are not', async () => {
    await using platform = await shared.newAccount();
    const unknown = new GetAccessKeyLastUsedCommand({ AccessKeyId: 'AKIA0000000000000000' });
    await assert.rejects(platform.client(IAMClient).send(unknown), {
      name: 'NoSuchEntityException',
      message: 'The Access Key with id AKIA0000000000000000 cannot be found.',
    });
  });
});

describe('access keys survive', () => {
  it('many at once: two are made', async () => {
    await using platform = await shared.newAccount();
    const iam = platform.client(IAMClient);
    await iam.send(new CreateUserCommand({ UserName: 'ann' }));
    const results = await Promise.allSettled(
      Array.from({ length: 6 }, () => iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }))),
    );
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 2);
    const { AccessKeyMetadata: keys } = await iam.send(new ListAccessKeysCommand({ UserName: 'ann' }));
    assert.equal(keys?.length, 2);
  });

  it('their user being deleted while one is made: either, never both', async () => {
    await using platform = await shared.newAccount();
    const iam = platform.client(IAMClient);
    for (let round = 0; round < 10; round++) {
      const user = { UserName: `user-${round}` };
      await iam.send(new CreateUserCommand(user));
      const [made, deleted] = await Promise.allSettled([
        iam.send(new CreateAccessKeyCommand(user)),
        iam.send(new DeleteUserCommand(user)),
      ]);
      assert.notEqual(made.status, deleted.status);
    }
  });
});
