/** The trail as its readers see it: who did what, how it ended, and nothing that is secret. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CloudTrailClient,
  type Event,
  LookupEventsCommand,
  type LookupEventsCommandInput,
} from '@aws-sdk/client-cloudtrail';
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteUserCommand,
  GetUserCommand,
  IAMClient,
  ListUsersCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateModelCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { startPlatform, type TestPlatform } from '../../../../test/harness/platform.ts';
import { send, sign } from '../../../../test/harness/signed.ts';

let platform: TestPlatform;
let iam: IAMClient;
let annsKey: { accessKeyId: string; secretAccessKey: string };
const document = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: statement });
const root = 'arn:aws:iam::000000000000:root';

async function look(input: LookupEventsCommandInput, of: TestPlatform = platform): Promise<Event[]> {
  const { Events } = await of.client(CloudTrailClient).send(new LookupEventsCommand(input));
  return Events ?? [];
}
const by = (key: string, value: string, more: LookupEventsCommandInput = {}) =>
  look({ LookupAttributes: [{ AttributeKey: key as 'EventId', AttributeValue: value }], ...more });
const recordOf = (event: Event | undefined) => JSON.parse(event?.CloudTrailEvent ?? '{}');

before(async () => {
  platform = await startPlatform();
  iam = platform.client(IAMClient);
  await iam.send(new CreateUserCommand({ UserName: 'ann', Path: '/team/', Tags: [{ Key: 'a', Value: 'b' }] }));
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }));
  annsKey = { accessKeyId: key?.AccessKeyId ?? '', secretAccessKey: key?.SecretAccessKey ?? '' };
});
after(async () => platform?.[Symbol.asyncDispose]());

describe('The trail does', () => {
  it('tell of a call what CloudTrail tells', async () => {
    const [event] = await by('EventName', 'CreateUser');
    const record = recordOf(event);
    assert.match(record.userAgent, /^aws-sdk-js\//);
    assert.match(record.responseElements.user.userId, /^AIDA/);
    assert.match(record.requestID, /^[0-9a-f-]{36}$/);
    assert.ok(Math.abs(Date.parse(record.eventTime) - Date.now()) < 60_000);
    const arn = 'arn:aws:iam::000000000000:user/team/ann';
    assert.deepEqual(record, {
      eventVersion: '1.11',
      userIdentity: {
        type: 'Root',
        principalId: '000000000000',
        arn: root,
        accountId: '000000000000',
        accessKeyId: platform.credentials.accessKeyId,
      },
      eventTime: record.eventTime,
      eventSource: 'iam.amazonaws.com',
      eventName: 'CreateUser',
      awsRegion: 'us-east-1',
      sourceIPAddress: '127.0.0.1',
      userAgent: record.userAgent,
      requestParameters: { userName: 'ann', path: '/team/', tags: [{ key: 'a', value: 'b' }] },
      responseElements: { user: { ...record.responseElements.user, path: '/team/', userName: 'ann', arn } },
      requestID: record.requestID,
      eventID: event?.EventId,
      readOnly: false,
      resources: [{ accountId: '000000000000', type: 'AWS::IAM::User', ARN: arn }],
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: '000000000000',
      eventCategory: 'Management',
    });
    assert.deepEqual(event, {
      EventId: record.eventID,
      EventName: 'CreateUser',
      ReadOnly: 'false',
      AccessKeyId: platform.credentials.accessKeyId,
      EventTime: new Date(record.eventTime),
      EventSource: 'iam.amazonaws.com',
      Username: 'root',
      Resources: [
        { ResourceType: 'AWS::IAM::User', ResourceName: arn },
        { ResourceType: 'AWS::IAM::User', ResourceName: 'ann' },
      ],
      CloudTrailEvent: event?.CloudTrailEvent,
    });
  });

  it('hold no secret', async () => {
    const [event] = await by('EventName', 'CreateAccessKey');
    assert.equal(recordOf(event).responseElements.accessKey.accessKeyId, annsKey.accessKeyId);
    assert.equal(recordOf(event).responseElements.accessKey.secretAccessKey, 'HIDDEN_DUE_TO_SECURITY_REASONS');
    assert.ok(!event?.CloudTrailEvent?.includes(annsKey.secretAccessKey));
  });

  it('record what was denied and what failed, with its code', async () => {
    const ann = platform.client(IAMClient, { credentials: annsKey });
    await assert.rejects(ann.send(new DeleteUserCommand({ UserName: 'ann' })), { name: 'AccessDenied' });
    await assert.rejects(iam.send(new DeleteUserCommand({ UserName: 'nobody' })), { name: 'NoSuchEntityException' });
    const [failed, denied] = (await by('EventName', 'DeleteUser')).map(recordOf);
    assert.equal(failed.errorCode, 'NoSuchEntity');
    assert.equal(failed.errorMessage, 'The user with name nobody cannot be found.');
    assert.deepEqual(failed.requestParameters, { userName: 'nobody' });
    assert.equal(failed.responseElements, null);
    assert.equal(denied.errorCode, 'AccessDenied');
    assert.match(
      denied.errorMessage,
      /^User: arn:aws:iam::000000000000:user\/team\/ann is not authorized to perform: iam:DeleteUser/,
    );
    assert.deepEqual([denied.userIdentity.type, denied.userIdentity.userName], ['IAMUser', 'ann']);
  });

  it('find by every attribute', async () => {
    const [created] = await by('EventName', 'CreateUser');
    const found = async (key: string, value: string) => (await by(key, value)).map(({ EventName }) => EventName);
    assert.deepEqual(await found('EventId', created?.EventId ?? ''), ['CreateUser']);
    assert.deepEqual(await found('Username', 'ann'), ['DeleteUser']);
    assert.deepEqual(await found('AccessKeyId', annsKey.accessKeyId), ['DeleteUser']);
    assert.deepEqual(await found('ResourceName', 'ann'), ['DeleteUser', 'CreateAccessKey', 'CreateUser']);
    assert.deepEqual(await found('ResourceName', 'arn:aws:iam::000000000000:user/team/ann'), [
      'DeleteUser',
      'CreateAccessKey',
      'CreateUser',
    ]);
    assert.ok((await found('ResourceType', 'AWS::IAM::User')).includes('CreateUser'));
    assert.deepEqual(await found('ResourceType', 'AWS::S3::Bucket'), []);
    assert.ok((await found('EventSource', 'cloudtrail.amazonaws.com')).every((name) => name === 'LookupEvents'));
    assert.ok(!(await found('ReadOnly', 'false')).includes('LookupEvents'));
    assert.ok((await found('ReadOnly', 'true')).includes('LookupEvents'));
    assert.deepEqual(await found('EventName', 'RunInstances'), []);
  });

  it('keep to the times that it is asked for', async () => {
    const hour = 3_600_000;
    const at = (ms: number) => new Date(Date.now() + ms);
    assert.deepEqual(await by('EventName', 'CreateUser', { EndTime: at(-hour) }), []);
    assert.deepEqual(await by('EventName', 'CreateUser', { StartTime: at(hour) }), []);
    assert.equal((await by('EventName', 'CreateUser', { StartTime: at(-hour), EndTime: at(hour) })).length, 1);
  });

  it('give pages, newest first', async () => {
    for (let i = 0; i < 5; i++) await iam.send(new GetUserCommand({ UserName: 'ann' }));
    const ids: string[] = [];
    let NextToken: string | undefined;
    do {
      const answer = await platform.client(CloudTrailClient).send(
        new LookupEventsCommand({
          LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'GetUser' }],
          MaxResults: 2,
          NextToken,
        }),
      );
      ids.push(...(answer.Events ?? []).map(({ EventId }) => EventId ?? ''));
      NextToken = answer.NextToken;
    } while (NextToken);
    assert.equal(ids.length, 5);
    assert.deepEqual(
      ids,
      (await by('EventName', 'GetUser')).map(({ EventId }) => EventId),
    );
    assert.deepEqual([...new Set(ids)], ids);
  });

  it('answer Python’s client, whose target has a namespace', async () => {
    const target = 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents';
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target };
    const { status } = await send(
      platform,
      sign(platform, { service: 'cloudtrail', method: 'POST', headers, body: '{"MaxResults":1}' }),
    );
    assert.equal(status, 200);
  });

  it('see only its own region', async () => {
    const elsewhere = platform.client(IAMClient, { region: 'eu-west-1' });
    await elsewhere.send(new ListUsersCommand({}));
    assert.deepEqual(await by('EventName', 'ListUsers'), []);
  });

  it('tell a session’s role, and that its credentials were handed out', async () => {
    const trust = document({ Effect: 'Allow', Principal: { AWS: root }, Action: 'sts:AssumeRole' });
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName: 'visitor', AssumeRolePolicyDocument: trust }));
    const { Credentials: given } = await platform
      .client(STSClient)
      .send(new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'monday' }));
    const credentials = {
      accessKeyId: given?.AccessKeyId ?? '',
      secretAccessKey: given?.SecretAccessKey ?? '',
      sessionToken: given?.SessionToken ?? '',
    };
    const visitor = platform.client(IAMClient, { credentials });
    await assert.rejects(visitor.send(new ListUsersCommand({})), { name: 'AccessDenied' });
    const [denied] = (await by('Username', 'monday')).map(recordOf);
    assert.deepEqual(denied.userIdentity, {
      type: 'AssumedRole',
      principalId: `${Role?.RoleId}:monday`,
      arn: 'arn:aws:sts::000000000000:assumed-role/visitor/monday',
      accountId: '000000000000',
      accessKeyId: credentials.accessKeyId,
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: Role?.RoleId,
          arn: Role?.Arn,
          accountId: '000000000000',
          userName: 'visitor',
        },
        attributes: { mfaAuthenticated: 'false' },
      },
    });
    const [assumed] = await by('EventName', 'AssumeRole');
    assert.equal(assumed?.ReadOnly, 'true');
    assert.equal(recordOf(assumed).responseElements.credentials.accessKeyId, credentials.accessKeyId);
    assert.ok(!assumed?.CloudTrailEvent?.includes(credentials.sessionToken));
  });
});

describe('Data events do', () => {
  const events = async (of: TestPlatform, key: string, value: string) =>
    look({ LookupAttributes: [{ AttributeKey: key as 'EventId', AttributeValue: value }] }, of);

  async function useObject(of: TestPlatform): Promise<void> {
    const s3 = of.client(S3Client);
    await s3.send(new CreateBucketCommand({ Bucket: 'data' }));
    await s3.send(new PutObjectCommand({ Bucket: 'data', Key: 'a/model.tar.gz', Body: 'payload' }));
    await (await s3.send(new GetObjectCommand({ Bucket: 'data', Key: 'a/model.tar.gz' }))).Body?.transformToByteArray();
  }

  it('appear only where the settings say so, without their payload', async () => {
    await useObject(platform);
    const ofBucket = (await by('EventSource', 's3.amazonaws.com')).map(({ EventName }) => EventName);
    assert.deepEqual(ofBucket, ['CreateBucket']);
    await using talkative = await startPlatform({ flags: ['--audit-reads', '--audit-writes'] });
    await useObject(talkative);
    const all = await events(talkative, 'EventSource', 's3.amazonaws.com');
    assert.deepEqual(
      all.map(({ EventName }) => EventName),
      ['GetObject', 'PutObject', 'CreateBucket'],
    );
    const put = recordOf(all[1]);
    assert.deepEqual([put.managementEvent, put.eventCategory, put.readOnly], [false, 'Data', false]);
    assert.equal(put.requestParameters.bucketName, 'data');
    assert.equal(put.requestParameters.key, 'a/model.tar.gz');
    assert.ok(!all[1]?.CloudTrailEvent?.includes('payload'));
    assert.deepEqual(put.resources, [
      { accountId: '000000000000', type: 'AWS::S3::Object', ARN: 'arn:aws:s3:::data/a/model.tar.gz' },
    ]);
  });

  it('name the service that called under a role', async () => {
    await using talkative = await startPlatform({ flags: ['--audit-reads'] });
    await useObject(talkative);
    const iam = talkative.client(IAMClient);
    const trust = document({
      Effect: 'Allow',
      Principal: { Service: 'sagemaker.amazonaws.com' },
      Action: 'sts:AssumeRole',
    });
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName: 'worker', AssumeRolePolicyDocument: trust }));
    const read = document({ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' });
    await iam.send(new PutRolePolicyCommand({ RoleName: 'worker', PolicyName: 'read', PolicyDocument: read }));
    const PrimaryContainer = {
      Image: 'sagemaker-xgboost:1.7-1',
      ModelDataUrl: 's3://data/a/model.tar.gz',
      Environment: { TOKEN: 'hush' },
    };
    const model = { ModelName: 'watched', ExecutionRoleArn: Role?.Arn, PrimaryContainer };
    await talkative.client(SageMakerClient).send(new CreateModelCommand(model));
    const [asked] = (await events(talkative, 'EventName', 'HeadObject')).map(recordOf);
    assert.equal(asked.userIdentity.arn, 'arn:aws:sts::000000000000:assumed-role/worker/SageMaker');
    assert.deepEqual(
      [asked.userIdentity.invokedBy, asked.sourceIPAddress, asked.userAgent],
      ['sagemaker.amazonaws.com', 'sagemaker.amazonaws.com', 'sagemaker.amazonaws.com'],
    );
    const [created] = (await events(talkative, 'ResourceName', 'watched')).map(recordOf);
    assert.equal(created.requestParameters.primaryContainer.environment.TOKEN, 'HIDDEN_DUE_TO_SECURITY_REASONS');
    assert.deepEqual(
      created.resources.map(({ type }: { type: string }) => type),
      ['AWS::SageMaker::Model', 'AWS::IAM::Role'],
    );
  });
});

describe('LookupEvents refuses', () => {
  const lookup = (input: LookupEventsCommandInput) =>
    platform.client(CloudTrailClient).send(new LookupEventsCommand(input));

  it('a caller without the permission, and serves one who has it', async () => {
    const ann = platform.client(CloudTrailClient, { credentials: annsKey });
    await assert.rejects(ann.send(new LookupEventsCommand({})), {
      name: 'AccessDeniedException',
      message:
        'User: arn:aws:iam::000000000000:user/team/ann is not authorized to perform: cloudtrail:LookupEvents on resource: * because no identity-based policy allows the cloudtrail:LookupEvents action',
    });
    const PolicyDocument = document({ Effect: 'Allow', Action: 'cloudtrail:LookupEvents', Resource: '*' });
    await iam.send(new PutUserPolicyCommand({ UserName: 'ann', PolicyName: 'look', PolicyDocument }));
    const { Events } = await ann.send(new LookupEventsCommand({ MaxResults: 1 }));
    assert.equal(Events?.[0]?.EventName, 'PutUserPolicy');
  });

  it('what it cannot look up', async () => {
    const name = { AttributeKey: 'EventName', AttributeValue: 'CreateUser' } as const;
    await assert.rejects(lookup({ LookupAttributes: [name, name] }), {
      name: 'InvalidLookupAttributesException',
      message: 'You can only specify one attribute for lookup.',
    });
    await assert.rejects(lookup({ LookupAttributes: [{ AttributeKey: 'ReadOnly', AttributeValue: 'yes' }] }), {
      name: 'InvalidLookupAttributesException',
      message: 'ReadOnly must be true or false.',
    });
    await assert.rejects(lookup({ StartTime: new Date(2000), EndTime: new Date(1000) }), {
      name: 'InvalidTimeRangeException',
      message: 'The start time must not be after the end time.',
    });
    await assert.rejects(lookup({ EventCategory: 'insight' }), { name: 'UnsupportedOperationException' });
    await assert.rejects(lookup({ MaxResults: 51 }), {
      message:
        "1 validation error detected: Value '51' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 50",
    });
  });

  it('a token of another question, or of nobody', async () => {
    const { NextToken } = await lookup({ MaxResults: 1 });
    const message = 'Invalid token or token that was previously used in a request with different parameters.';
    await assert.rejects(lookup({ NextToken, StartTime: new Date(0) }), { name: 'InvalidNextTokenException', message });
    await assert.rejects(lookup({ NextToken: 'nonsense' }), { name: 'InvalidNextTokenException', message });
  });
});
