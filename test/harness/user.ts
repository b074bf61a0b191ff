/** A user with an access key, for tests of permissions. */
import assert from 'node:assert/strict';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import type { TestPlatform } from './platform.ts';

export const allow = (action: string | readonly string[], resource = '*') =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: resource }] });

export async function makeUser(platform: TestPlatform, name: string) {
  const iam = platform.client(IAMClient);
  const { User: user } = await iam.send(new CreateUserCommand({ UserName: name }));
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: name }));
  assert.ok(user?.Arn && key?.AccessKeyId && key.SecretAccessKey);
  const credentials = { accessKeyId: key.AccessKeyId, secretAccessKey: key.SecretAccessKey };
  return { arn: user.Arn, credentials, iam: platform.client(IAMClient, { credentials }) };
}
