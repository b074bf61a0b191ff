/** --any-credentials: every key opens, a key of twelve digits is its own account, and nobody from elsewhere comes in. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, ListUsersCommand } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, GetFederationTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { type Door, doors, saidBy } from '../../../test/harness/listeners.ts';
import { startPlatform } from '../../../test/harness/platform.ts';
import { type Sending, send, sign } from '../../../test/harness/signed.ts';
import { readConfig } from '../config.ts';
import { SettingError } from '../kit/setting.ts';

const keyOf = (accessKeyId: string) => ({ accessKeyId, secretAccessKey: 'whatever' });
const platform = await startPlatform({ flags: ['--any-credentials', '--log-level', 'silent'] });
after(() => platform[Symbol.asyncDispose]());

describe('--any-credentials does', () => {
  it('take any key as the account itself, twelve digits as an account of their own', async () => {
    for (const [key, account] of [
      ['test', '000000000000'],
      ['AKIAIOSFODNN7EXAMPLE', '000000000000'],
      ['123456789012', '123456789012'],
      ['1234567890123', '000000000000'],
    ] as const) {
      const sts = platform.client(STSClient, { credentials: keyOf(key) });
      const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}));
      assert.deepEqual([Account, Arn], [account, `arn:aws:iam::${account}:root`], key);
    }
  });

  it('take a key that was issued here as its owner’s, whatever it signs with', async () => {
    const iam = platform.client(IAMClient);
    await iam.send(new CreateUserCommand({ UserName: 'ada' }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ada' }));
    const { Credentials } = await platform.client(STSClient).send(new GetFederationTokenCommand({ Name: 'grace' }));
    const { AccessKeyId = '', SessionToken = '' } = Credentials ?? {};
    for (const [credentials, arn] of [
      [keyOf(AccessKey?.AccessKeyId ?? ''), 'arn:aws:iam::000000000000:user/ada'],
      [{ ...keyOf(AccessKeyId), sessionToken: SessionToken }, 'arn:aws:sts::000000000000:federated-user/grace'],
      [keyOf(AccessKeyId), 'arn:aws:iam::000000000000:root'],
    ] as const) {
      const sts = platform.client(STSClient, { credentials });
      assert.equal((await sts.send(new GetCallerIdentityCommand({}))).Arn, arn);
    }
    const ada = platform.client(IAMClient, { credentials: keyOf(AccessKey?.AccessKeyId ?? '') });
    await assert.rejects(ada.send(new ListUsersCommand({})), { name: 'AccessDenied' });
  });

  it('keep accounts apart', async () => {
    const [mine, theirs] = ['111111111111', '222222222222'].map((key) =>
      platform.client(S3Client, { credentials: keyOf(key) }),
    );
    assert.ok(mine && theirs);
    await mine.send(new CreateBucketCommand({ Bucket: 'apart' }));
    await mine.send(new PutObjectCommand({ Bucket: 'apart', Key: 'k', Body: 'mine' }));
    const { Body: found } = await mine.send(new GetObjectCommand({ Bucket: 'apart', Key: 'k' }));
    assert.equal(await found?.transformToString(), 'mine');
    assert.deepEqual((await theirs.send(new ListBucketsCommand({}))).Buckets ?? [], []);
    await assert.rejects(theirs.send(new GetObjectCommand({ Bucket: 'apart', Key: 'k' })), { name: 'AccessDenied' });
  });

  it('look at no clock, no token and no signature, in any protocol', async () => {
    const credentials = { ...keyOf('test'), sessionToken: 'any' };
    for (const door of Object.keys(doors) as Door[]) {
      const sending: Sending = doors[door];
      for (const change of [
        {},
        { at: new Date(0) },
        { expires: 1, at: new Date(0) },
        { payloadHash: '0'.repeat(64) },
      ]) {
        const { status } = await send(platform, sign(platform, { ...sending, credentials, ...change }));
        const usual = { 'rest-json': 400, 'rest-xml': 404 }[door as string] ?? 200;
        assert.equal(status, door === 'rest-xml' && 'payloadHash' in change ? 400 : usual, door);
      }
    }
  });

  it('read signed chunks of any key', async () => {
    const put = (target: string, change: Partial<Sending>) =>
      send(platform, sign(platform, { service: 's3', method: 'PUT', target, credentials: keyOf('test'), ...change }));
    await put('/chunks', {});
    const signature = `;chunk-signature=${'0'.repeat(64)}`;
    const answer = await put('/chunks/k', {
      payloadHash: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
      headers: {
        'content-encoding': 'aws-chunked',
        'x-amz-decoded-content-length': '5',
        'x-amz-trailer': 'x-amz-checksum-crc32',
      },
      body: `5${signature}\r\nhello\r\n0${signature}\r\nx-amz-checksum-crc32:NhCmhg==\r\nx-amz-trailer-signature:00\r\n\r\n`,
    });
    assert.equal(answer.status, 200, String(answer.body));
    assert.equal(answer.headers['x-amz-checksum-crc32'], 'NhCmhg==');
  });
});

describe('--any-credentials refuses', () => {
  it('to listen beyond this machine', () => {
    for (const host of ['0.0.0.0', '::', '192.168.1.2', 'example.com']) {
      assert.throws(() => readConfig(['--any-credentials', '--host', host], {}), {
        name: 'Error',
        constructor: SettingError,
        message: `--any-credentials gives every client that reaches the server full access: it needs --host 127.0.0.1, not ${host}`,
      });
      assert.throws(() => readConfig(['--host', host], { CLARY_ANY_CREDENTIALS: 'true' }), SettingError);
      assert.equal(readConfig(['--host', host], {}).anyCredentials, false);
    }
    for (const host of ['127.0.0.1', '::1', 'localhost'])
      assert.equal(readConfig(['--any-credentials', '--host', host], {}).anyCredentials, true);
    assert.equal(readConfig(['--no-any-credentials'], { CLARY_ANY_CREDENTIALS: '1' }).anyCredentials, false);
  });

  it('a request without any key', async () => {
    const { authorization: _, ...headers } = sign(platform, doors.query).headers;
    const { method, body } = doors.query;
    const answer = await send(platform, { method, target: '/', headers, body });
    assert.deepEqual(saidBy('query', answer), [
      403,
      'MissingAuthenticationToken',
      'Request is missing Authentication Token',
    ]);
  });
});
