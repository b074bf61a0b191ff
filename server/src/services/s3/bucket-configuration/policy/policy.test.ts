import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import {
  CreateBucketCommand,
  DeleteBucketPolicyCommand,
  DeletePublicAccessBlockCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetPublicAccessBlockCommand,
  PutBucketPolicyCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { startPlatform } from '../../../../../../test/harness/platform.ts';

const platform = await startPlatform();
const s3 = platform.client(S3Client);
after(() => platform[Symbol.asyncDispose]());
const Bucket = 'governed';
await s3.send(new CreateBucketCommand({ Bucket }));

const statement = (changes: object = {}) => ({
  Effect: 'Allow',
  Principal: { AWS: '111122223333' },
  Action: 's3:GetObject',
  Resource: `arn:aws:s3:::${Bucket}/*`,
  ...changes,
});
const policyOf = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const put = (policy: string, bucket = Bucket) =>
  s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: policy }));
const get = async () => (await s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy;
const isPublic = async () => (await s3.send(new GetBucketPolicyStatusCommand({ Bucket }))).PolicyStatus?.IsPublic;
const none = { name: 'NoSuchBucketPolicy', message: 'The bucket policy does not exist', BucketName: Bucket };
const everybody = statement({ Principal: '*' });

describe('policies of buckets do', () => {
  it('come, are told letter for letter and go', async () => {
    await assert.rejects(get(), none);
    await assert.rejects(isPublic(), none);
    const policy = policyOf(statement()).replace(',', ',\n  ');
    await put(policy);
    assert.equal(await get(), policy);
    assert.equal(await isPublic(), false);
    await s3.send(new DeleteBucketPolicyCommand({ Bucket }));
    await s3.send(new DeleteBucketPolicyCommand({ Bucket }));
    await assert.rejects(get(), none);
  });

  it('may have statements without an id, also where that is written as an empty one', async () => {
    await put(policyOf(statement({ Sid: '' }), statement({ Sid: '', Action: 's3:PutObject' })));
    await s3.send(new DeleteBucketPolicyCommand({ Bucket }));
  });

  it('are public where the block is off and everybody is let in', async () => {
    const { PublicAccessBlockConfiguration: usual } = await s3.send(new GetPublicAccessBlockCommand({ Bucket }));
    assert.deepEqual(usual, {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    });
    await s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
    await assert.rejects(s3.send(new GetPublicAccessBlockCommand({ Bucket })), {
      name: 'NoSuchPublicAccessBlockConfiguration',
      message: 'The public access block configuration was not found',
    });
    await put(policyOf(everybody));
    assert.equal(await isPublic(), true);
    await s3.send(
      new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: { BlockPublicPolicy: true } }),
    );
    const { PublicAccessBlockConfiguration: set } = await s3.send(new GetPublicAccessBlockCommand({ Bucket }));
    assert.deepEqual(set, {
      BlockPublicAcls: false,
      IgnorePublicAcls: false,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: false,
    });
  });
});

describe('policies of buckets refuse', () => {
  it('to be public while that is blocked', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'blocked' }));
    const policy = policyOf({ ...everybody, Resource: 'arn:aws:s3:::blocked/*' });
    await assert.rejects(put(policy, 'blocked'), {
      name: 'AccessDenied',
      message: `User: arn:aws:iam::${platform.account}:root is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::blocked" because public policies are blocked by the BlockPublicPolicy block public access setting.`,
    });
  });

  const cases: [string, string, string][] = [
    ['text', 'hello', "Policies must be valid JSON and the first byte must be '{'"],
    ['broken JSON', '{"Version":', 'This policy contains invalid Json'],
    ['no statement', '{}', 'Missing required field Statement'],
    ['an empty statement', policyOf(), 'Could not parse the policy: Statement is empty!'],
    ['fields that there are not', '{"Statements":[]}', 'Unknown field Statements'],
    [
      'versions that there are not',
      JSON.stringify({ Version: '2020-01-01', Statement: statement() }),
      'The policy must contain a valid version string',
    ],
    ['no effect', policyOf(statement({ Effect: undefined })), 'Missing required field Effect'],
    ['other effects', policyOf(statement({ Effect: 'allow' })), 'Invalid effect: allow'],
    ['no principal', policyOf(statement({ Principal: undefined })), 'Missing required field Principal'],
    ['names as principals', policyOf(statement({ Principal: { AWS: 'me' } })), 'Invalid principal in policy'],
    ['kinds of principals', policyOf(statement({ Principal: { User: '*' } })), 'Invalid principal in policy'],
    ['no action', policyOf(statement({ Action: undefined })), 'Missing required field Action'],
    ['actions that S3 has not', policyOf(statement({ Action: 's3:Fly' })), 'Policy has invalid action'],
    ['actions of others', policyOf(statement({ Action: 'iam:GetUser' })), 'Policy has invalid action'],
    ['no resource', policyOf(statement({ Resource: undefined })), 'Missing required field Resource'],
    ['all resources', policyOf(statement({ Resource: '*' })), 'Policy has invalid resource'],
    ['other buckets', policyOf(statement({ Resource: 'arn:aws:s3:::other/*' })), 'Policy has invalid resource'],
    [
      'actions on what they do not act on',
      policyOf(statement({ Action: ['s3:GetObject', 's3:ListBucket'] })),
      'Action does not apply to any resource(s) in statement',
    ],
    [
      'operators that there are not',
      policyOf(statement({ Condition: { StringEquls: { 'aws:userid': 'x' } } })),
      'Invalid Condition type : StringEquls',
    ],
    [
      'the same Sid twice',
      policyOf(statement({ Sid: 'a' }), statement({ Sid: 'a' })),
      'Statement IDs (SID) in a single policy must be unique.',
    ],
    [
      'more than 20 KB',
      policyOf(
        statement({ Resource: Array.from({ length: 600 }, (_, at) => `arn:aws:s3:::${Bucket}/${at}-abcdefgh`) }),
      ),
      'Normalized policy document exceeds the maximum allowed size of 20480 bytes.',
    ],
  ];
  for (const [what, policy, message] of cases) {
    it(what, () => assert.rejects(put(policy), { name: 'MalformedPolicy', message }));
  }

  it('strangers, until a policy names them', async () => {
    await using open = await startPlatform({ flags: ['--any-credentials'] });
    const as = (account: string) =>
      open.client(S3Client, { credentials: { accessKeyId: account, secretAccessKey: 'x' } });
    const owner = as('111111111111');
    const stranger = as('222222222222');
    const ask = () => stranger.send(new GetBucketLocationCommand({ Bucket: 'shared' }));
    const denied = { name: 'AccessDenied' };
    const letIn = (Principal: unknown) =>
      owner.send(
        new PutBucketPolicyCommand({
          Bucket: 'shared',
          Policy: policyOf({ Effect: 'Allow', Principal, Action: 's3:*', Resource: 'arn:aws:s3:::shared' }),
        }),
      );
    await owner.send(new CreateBucketCommand({ Bucket: 'shared' }));
    await assert.rejects(ask(), denied);
    await letIn({ AWS: '333333333333' });
    await assert.rejects(ask(), denied);
    await letIn({ AWS: 'arn:aws:iam::222222222222:root' });
    await ask();
    await assert.rejects(stranger.send(new DeleteBucketPolicyCommand({ Bucket: 'shared' })), {
      name: 'MethodNotAllowed',
      message: 'The specified method is not allowed against this resource.',
    });
    const restrict = (RestrictPublicBuckets: boolean) =>
      owner.send(
        new PutPublicAccessBlockCommand({
          Bucket: 'shared',
          PublicAccessBlockConfiguration: { RestrictPublicBuckets },
        }),
      );
    await restrict(false);
    await letIn('*');
    await ask();
    await restrict(true);
    await assert.rejects(ask(), denied);
  });
});
