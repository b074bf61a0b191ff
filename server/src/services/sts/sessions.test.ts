/** What temporary credentials may do: session policies, session tags, source identities, federated users. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { CloudWatchClient, ListMetricsCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  IAMClient,
  ListRolesCommand,
  ListUsersCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  type Credentials,
  DecodeAuthorizationMessageCommand,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { startPlatform, startPlatformProcess, type TestPlatform } from '../../../../test/harness/platform.ts';

const toCredentials = (key: Partial<Credentials> | undefined) => {
  assert.ok(key?.AccessKeyId && key.SecretAccessKey);
  return {
    accessKeyId: key.AccessKeyId,
    secretAccessKey: key.SecretAccessKey,
    ...(key.SessionToken && { sessionToken: key.SessionToken }),
  };
};

const policy = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const allow = (Action: string | string[], rest: object = {}) => ({ Effect: 'Allow', Action, Resource: '*', ...rest });
const trust = (Action: string | string[], AWS: string, rest: object = {}) =>
  policy({ Effect: 'Allow', Action, Principal: { AWS }, ...rest });

/** A user ann with a key, and the role Worker, which may read IAM and trusts ann to do anything with sessions. */
async function prepare<Platform extends TestPlatform>(platform: Platform) {
  const iam = platform.client(IAMClient);
  const userArn = `arn:aws:iam::${platform.account}:user/ann`;
  const roleArn = `arn:aws:iam::${platform.account}:role/Worker`;
  await iam.send(new CreateUserCommand({ UserName: 'ann', Tags: [{ Key: 'team', Value: 'red' }] }));
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }));
  const credentials = toCredentials(key);
  const createRole = (name: string, document: string) =>
    iam.send(
      new CreateRoleCommand({
        RoleName: name,
        AssumeRolePolicyDocument: document,
        Tags: [{ Key: 'stage', Value: 'one' }],
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

const listUsers = new ListUsersCommand({});
const listMetrics = new ListMetricsCommand({});
const listRoles = new ListRolesCommand({});

describe('session policies do', () => {
  it('limit a session to what they and the role allow', async () => {
    await using made = await prepare(await startPlatform());
    const sessionArn = `arn:aws:sts::${made.platform.account}:assumed-role/Worker/work`;
    const narrow = await made.assume({ Policy: policy(allow(['iam:ListUsers', 's3:*'])) });
    assert.ok((narrow.PackedPolicySize ?? 0) > 0 && (narrow.PackedPolicySize ?? 0) < 100);
    await narrow.client.send(listUsers);
    await assert.rejects(narrow.client.send(listRoles), {
      name: 'AccessDenied',
      message: `User: ${sessionArn} is not authorized to perform: iam:ListRoles on resource: arn:aws:iam::${made.platform.account}:role/ because no session policy allows the iam:ListRoles action`,
    });
    const denying = await made.assume({ Policy: policy(allow('*'), { ...allow('iam:ListUsers'), Effect: 'Deny' }) });
    await denying.client.send(listRoles);
    await assert.rejects(denying.client.send(listUsers), /with an explicit deny in a session policy$/);
    const beyond = await made.assume({ Policy: policy(allow('*')) });
    await assert.rejects(
      beyond.client.send(new CreateUserCommand({ UserName: 'bob' })),
      /because no identity-based policy allows the iam:CreateUser action$/,
    );
  });

  it('count managed policies too, and nothing where none are passed', async () => {
    await using made = await prepare(await startPlatform());
    const read = { arn: 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess' };
    const session = await made.assume({ PolicyArns: [read] });
    await assert.rejects(session.client.send(listUsers), /because no session policy allows the iam:ListUsers action$/);
    const both = await made.assume({ PolicyArns: [read], Policy: policy(allow('iam:ListUsers')) });
    await both.client.send(listUsers);
    assert.equal((await made.assume()).PackedPolicySize, undefined);
  });
});

describe('session policies refuse', () => {
  it('what is no policy, is not there, or has no room', async () => {
    await using made = await prepare(await startPlatform());
    await assert.rejects(made.assume({ Policy: '{' }), {
      name: 'MalformedPolicyDocumentException',
      message: 'Syntax errors in policy.',
    });
    const gone = 'arn:aws:iam::aws:policy/NothingOfThisName';
    await assert.rejects(made.assume({ PolicyArns: [{ arn: gone }] }), {
      name: 'InvalidParameterValue',
      message: `Policy ${gone} does not exist or is not attachable.`,
    });
    const long = policy(allow(Array.from({ length: 200 }, (_, n) => `s3:Get${'x'.repeat(4)}${n}`)));
    const percent = Math.ceil((100 * long.length) / 2048);
    await assert.rejects(made.assume({ Policy: long }), {
      name: 'PackedPolicyTooLargeException',
      message: `Packed policy consumes ${percent}% of allotted space, please use smaller policy.`,
    });
  });
});

describe('session tags do', () => {
  it('become the session’s principal tags, over those of its role', async () => {
    await using made = await prepare(await startPlatform());
    const Condition = { StringEquals: { 'aws:PrincipalTag/stage': 'two', 'aws:PrincipalTag/team': 'red' } };
    await made.grant('Worker', policy(allow('iam:ListUsers', { Condition })));
    const tags = [
      { Key: 'STAGE', Value: 'two' },
      { Key: 'team', Value: 'red' },
    ];
    const tagged = await made.assume({ Tags: tags });
    await tagged.client.send(listUsers);
    const plain = await made.assume();
    await assert.rejects(plain.client.send(listUsers), /because no identity-based policy/);
  });

  it('go on to the next role where they are transitive', async () => {
    await using made = await prepare(await startPlatform());
    const next = `arn:aws:iam::${made.platform.account}:role/Next`;
    await made.createRole('Next', trust(['sts:AssumeRole', 'sts:TagSession'], made.roleArn));
    const conditions = { StringEquals: { 'aws:PrincipalTag/team': 'red' }, Null: { 'aws:PrincipalTag/other': 'true' } };
    await made.grant('Next', policy(allow('iam:ListUsers', { Condition: conditions })));
    const Tags = [
      { Key: 'team', Value: 'red' },
      { Key: 'other', Value: 'x' },
    ];
    const first = await made.assume({ Tags, TransitiveTagKeys: ['team'] });
    const second = await made.assume({ RoleArn: next }, made.as(first));
    await second.client.send(listUsers);
    await assert.rejects(made.assume({ RoleArn: next, Tags: [{ Key: 'Team', Value: 'blue' }] }, made.as(first)), {
      name: 'InvalidParameterValue',
      message:
        "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    });
  });

  it('are conditions of the trust policy', async () => {
    await using made = await prepare(await startPlatform());
    const RoleArn = `arn:aws:iam::${made.platform.account}:role/Picky`;
    const Condition = {
      StringEquals: { 'aws:RequestTag/team': `\${aws:PrincipalTag/team}` },
      'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'], 'sts:TransitiveTagKeys': ['team'] },
    };
    await made.createRole('Picky', trust(['sts:AssumeRole', 'sts:TagSession'], made.userArn, { Condition }));
    const refused = { name: 'AccessDenied' };
    const Tags = [{ Key: 'team', Value: 'red' }];
    await made.assume({ RoleArn, Tags, TransitiveTagKeys: ['team'] });
    await assert.rejects(made.assume({ RoleArn }), refused);
    await assert.rejects(made.assume({ RoleArn, Tags: [{ Key: 'team', Value: 'blue' }] }), refused);
    await assert.rejects(made.assume({ RoleArn, Tags: [...Tags, { Key: 'more', Value: 'x' }] }), refused);
  });
});

describe('session tags refuse', () => {
  it('a role whose trust policy does not allow sts:TagSession, and one that forbids', async () => {
    await using made = await prepare(await startPlatform());
    const RoleArn = `arn:aws:iam::${made.platform.account}:role/Plain`;
    await made.createRole('Plain', trust('sts:AssumeRole', made.userArn));
    const start = `User: ${made.userArn} is not authorized to perform:`;
    await assert.rejects(made.assume({ RoleArn, Tags: [{ Key: 'a', Value: 'b' }] }), {
      name: 'AccessDenied',
      message: `${start} sts:TagSession on resource: ${RoleArn}`,
    });
    await assert.rejects(made.assume({ RoleArn, SourceIdentity: 'ann' }), {
      name: 'AccessDenied',
      message: `${start} sts:SetSourceIdentity on resource: ${RoleArn}`,
    });
    const Forbidding = `arn:aws:iam::${made.platform.account}:role/Forbidding`;
    await made.createRole('Forbidding', trust('sts:AssumeRole', made.userArn, { Effect: 'Deny' }));
    await assert.rejects(made.assume({ RoleArn: Forbidding }), {
      name: 'AccessDenied',
      message: `${start} sts:AssumeRole on resource: ${Forbidding} with an explicit deny in the role trust policy`,
    });
  });

  it('keys twice, transitive keys that are no tags, and more than there is room for', async () => {
    await using made = await prepare(await startPlatform());
    const twice = [
      { Key: 'a', Value: '1' },
      { Key: 'A', Value: '2' },
    ];
    await assert.rejects(made.assume({ Tags: twice }), {
      name: 'InvalidParameterValue',
      message: 'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    });
    await assert.rejects(made.assume({ Tags: [{ Key: 'a', Value: '1' }], TransitiveTagKeys: ['b'] }), {
      name: 'InvalidParameterValue',
      message: 'The specified transitive tag key must be included in the requested tags.',
    });
    const Tags = Array.from({ length: 50 }, (_, n) => ({
      Key: `key-${n}`,
      Value: createHash('sha512').update(`${n}`).digest('hex'),
    }));
    await assert.rejects(
      made.assume({ Tags }),
      ({ name, message }: Error) =>
        name === 'PackedPolicyTooLargeException' &&
        /^Packed size of session tags consumes [12]\d\d% of allotted space\.$/.test(message),
    );
  });
});

describe('source identities do', () => {
  it('stay with all sessions that follow, and cannot be changed', async () => {
    await using made = await prepare(await startPlatform());
    const next = `arn:aws:iam::${made.platform.account}:role/Next`;
    await made.createRole('Next', trust(['sts:AssumeRole', 'sts:SetSourceIdentity'], made.roleArn));
    const Condition = { StringEquals: { 'aws:SourceIdentity': 'Ann' } };
    await made.grant('Next', policy(allow('iam:ListUsers', { Condition })));
    const first = await made.assume({ SourceIdentity: 'Ann' });
    assert.equal(first.SourceIdentity, 'Ann');
    const second = await made.assume({ RoleArn: next }, made.as(first));
    assert.equal(second.SourceIdentity, 'Ann');
    await second.client.send(listUsers);
    await assert.rejects(made.assume({ RoleArn: next, SourceIdentity: 'Bob' }, made.as(first)), {
      name: 'AccessDenied',
      message: /sts:SetSourceIdentity on resource/,
    });
  });
});

describe('GetFederationToken does', () => {
  it('make a session of its own name, limited by its policies and the user’s', async () => {
    await using made = await prepare(await startPlatform());
    const { platform, iam, own, userArn } = made;
    const document = policy(allow(['sts:GetFederationToken', 'cloudwatch:ListMetrics']));
    await assert.rejects(own.send(new GetFederationTokenCommand({ Name: 'guest' })), {
      name: 'AccessDenied',
      message: `User: ${userArn} is not authorized to perform: sts:GetFederationToken on resource: arn:aws:sts::${platform.account}:federated-user/guest because no identity-based policy allows the sts:GetFederationToken action`,
    });
    await iam.send(new PutUserPolicyCommand({ UserName: 'ann', PolicyName: 'P', PolicyDocument: document }));
    const Policy = policy(allow(['cloudwatch:ListMetrics', 'cloudwatch:PutMetricData']));
    const answer = await own.send(new GetFederationTokenCommand({ Name: 'guest', Policy, DurationSeconds: 900 }));
    const arn = `arn:aws:sts::${platform.account}:federated-user/guest`;
    assert.deepEqual(answer.FederatedUser, { Arn: arn, FederatedUserId: `${platform.account}:guest` });
    assert.equal((await made.as(answer).send(new GetCallerIdentityCommand({}))).Arn, arn);
    const metrics = (of: typeof answer) =>
      platform.client(CloudWatchClient, { credentials: toCredentials(of.Credentials) });
    await metrics(answer).send(listMetrics);
    const data = { Namespace: 'N', MetricData: [{ MetricName: 'M', Value: 1 }] };
    await assert.rejects(metrics(answer).send(new PutMetricDataCommand(data)), /because no identity-based policy/);
    const bare = await own.send(new GetFederationTokenCommand({ Name: 'nobody' }));
    await assert.rejects(
      metrics(bare).send(listMetrics),
      /because no session policy allows the cloudwatch:ListMetrics action$/,
    );
    await assert.rejects(made.assume({}, made.as(answer)), {
      name: 'AccessDenied',
      message: `User: ${arn} is not authorized to perform: sts:AssumeRole on resource: ${made.roleArn}`,
    });
  });

  it('keep users’ and root’s sessions away from IAM', async () => {
    await using made = await prepare(await startPlatform());
    const { platform, own } = made;
    const root = platform.client(STSClient);
    const sessions = [
      await own.send(new GetSessionTokenCommand({})),
      await root.send(new GetSessionTokenCommand({})),
      await root.send(new GetFederationTokenCommand({ Name: 'guest', Policy: policy(allow('*')) })),
    ];
    for (const session of sessions) {
      const iam = platform.client(IAMClient, { credentials: toCredentials(session.Credentials) });
      await assert.rejects(iam.send(listUsers), {
        name: 'InvalidClientTokenId',
        message: 'The security token included in the request is invalid.',
      });
      await made.as(session).send(new GetCallerIdentityCommand({}));
    }
  });

  it('refuse sessions', async () => {
    await using made = await prepare(await startPlatform());
    const session = await made.assume();
    for (const command of [new GetFederationTokenCommand({ Name: 'guest' }), new GetSessionTokenCommand({})]) {
      await assert.rejects(made.as(session).send(command as GetSessionTokenCommand), {
        name: 'AccessDenied',
        message: /^Cannot call Get(FederationToken|SessionToken) with session credentials$/,
      });
    }
  });
});

describe('GetAccessKeyInfo does', () => {
  it('tell whose a key is, of whatever sort', async () => {
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
    await using made = await prepare(await startPlatform());
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
      message: `User: ${userArn} is not authorized to perform: sts:DecodeAuthorizationMessage on resource: * because no identity-based policy allows the sts:DecodeAuthorizationMessage action`,
    });
    const invalid = new DecodeAuthorizationMessageCommand({ EncodedMessage: `A${EncodedMessage.slice(1)}` });
    await assert.rejects(platform.client(STSClient).send(invalid), {
      name: 'InvalidAuthorizationMessageException',
      message: 'Message is not valid.',
    });
  });
});

describe('sessions survive', () => {
  it('a server that is killed, with all that limits them', async () => {
    await using made = await prepare(await startPlatformProcess());
    const Tags = Array.from({ length: 20 }, (_, n) => ({ Key: `key-${n}`, Value: `${n}`.repeat(60) }));
    const session = await made.assume({ Policy: policy(allow('iam:ListUsers')), Tags });
    await made.platform.kill9();
    await made.platform.restart();
    await session.client.send(listUsers);
    await assert.rejects(session.client.send(listRoles), /because no session policy allows the iam:ListRoles action$/);
  });

  it('a change of their role’s policies, which counts for the next call', async () => {
    await using made = await prepare(await startPlatform());
    const session = await made.assume();
    await session.client.send(new GetRoleCommand({ RoleName: 'Worker' }));
    await made.iam.send(new DeleteRolePolicyCommand({ RoleName: 'Worker', PolicyName: 'P' }));
    await assert.rejects(
      session.client.send(new GetRoleCommand({ RoleName: 'Worker' })),
      /because no identity-based policy/,
    );
  });
});
