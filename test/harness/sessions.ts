/** For tests of temporary credentials: a user and a role that trusts it, on a platform of the test's own. */
import assert from 'node:assert/strict';
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, type AssumeRoleCommandInput, type Credentials, STSClient } from '@aws-sdk/client-sts';
import type { TestPlatform } from './platform.ts';

export const toCredentials = (key: Partial<Credentials> | undefined) => {
  assert.ok(key?.AccessKeyId && key.SecretAccessKey);
  return {
    accessKeyId: key.AccessKeyId,
    secretAccessKey: key.SecretAccessKey,
    ...(key.SessionToken && { sessionToken: key.SessionToken }),
  };
};

export const policy = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
export const allow = (Action: string | string[], rest: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource: '*',
  ...rest,
});
export const trust = (Action: string | string[], AWS: string, rest: object = {}) =>
  policy({ Effect: 'Allow', Action, Principal: { AWS }, ...rest });

/** A user ann with a key, and the role Worker, which may read IAM and trusts ann to do anything with sessions. */
export async function prepare<Platform extends TestPlatform>(platform: Platform) {
  const iam = platform.client(IAMClient);
  const userArn = `arn:aws:iam::${platform.account}:user/ann`;
  const roleArn = `arn:aws:iam::${platform.account}:role/Worker`;
  await iam.send(new CreateUserCommand({ UserName: 'ann', Tags: [{ Key: 'team', Value: 'red' }] }));
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }));
  const credentials = toCredentials(key);
  const createRole = (name: string, document: string, extra: object = {}) =>
    iam.send(
      new CreateRoleCommand({
        RoleName: name,
        AssumeRolePolicyDocument: document,
        Tags: [{ Key: 'stage', Value: 'one' }],
        ...extra,
      }),
    );
  const grant = (name: string, document: string) =>
    iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'P', PolicyDocument: document }));
  await createRole('Worker', trust(['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'], userArn));
  await grant('Worker', policy(allow(['iam:Get*', 'iam:List*', 'sts:*'])));
  const own = platform.client(STSClient, { credentials });
  return {
    platform,
    iam,
    own,
    userArn,
    roleArn,
    createRole,
    grant,
    async assume(input: Partial<AssumeRoleCommandInput> = {}, as = own) {
      const answer = await as.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'work', ...input }));
      return { ...answer, client: platform.client(IAMClient, { credentials: toCredentials(answer.Credentials) }) };
    },
    as: (answer: { Credentials?: Credentials | undefined }) =>
      platform.client(STSClient, { credentials: toCredentials(answer.Credentials) }),
    [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
  };
}
