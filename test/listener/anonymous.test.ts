/** Requests that nobody has signed: what a public bucket lets them do, and that everything else refuses them. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import {
  CreateBucketCommand,
  DeletePublicAccessBlockCommand,
  PutBucketAclCommand,
  PutBucketCorsCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { startPlatform, type TestPlatform } from '../harness/platform.ts';
import { ask, errorOf } from './by-hand.ts';

let platform: TestPlatform;
let owner: S3Client;
/** What an SDK sends that has no credentials. */
let nobody: S3Client;
const flags = ['--audit-reads', '--audit-writes'];
before(async () => {
  platform = await startPlatform({ flags });
  owner = platform.client(S3Client);
  nobody = platform.client(S3Client, { signer: { sign: async (request: unknown) => request } });
});
after(() => platform[Symbol.asyncDispose]());

const url = (path: string) => `${platform.endpoint}/${path}`;
const statusOf = async (path: string, more: object = {}) => (await ask(url(path), more)).status;
const denied = { status: '403', Code: 'AccessDenied', Message: 'Access Denied' };

const everybody = (Bucket: string, Action: string | string[], more: object = {}) => ({
  Effect: 'Allow',
  Principal: '*',
  Action,
  Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`],
  ...more,
});
const setPolicy = (Bucket: string, ...Statement: object[]) =>
  owner.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }));

/** A bucket whose block is off, with one object. */
async function open(Bucket: string, more: object = {}) {
  await owner.send(new CreateBucketCommand({ Bucket, ...more }));
  await owner.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'public' }));
  await owner.send(new DeletePublicAccessBlockCommand({ Bucket }));
}

describe('a public bucket does', () => {
  test('let every caller read by its policy, a browser too', async () => {
    await open('report');
    assert.deepEqual(errorOf(await ask(url('report/k'))), denied);
    await setPolicy('report', everybody('report', 's3:GetObject'));
    const { status, body } = await ask(url('report/k'));
    assert.deepEqual([status, body], [200, 'public']);
    assert.equal(await statusOf('report/k', { method: 'HEAD' }), 200);
    const CORSRules = [{ AllowedOrigins: ['https://example.com'], AllowedMethods: ['GET'] }];
    await owner.send(new PutBucketCorsCommand({ Bucket: 'report', CORSConfiguration: { CORSRules } }));
    const { headers } = await ask(url('report/k'), { headers: { origin: 'https://example.com' } });
    assert.equal(headers['access-control-allow-origin'], 'https://example.com');
    const hosted = await ask(`http://report.s3.localhost:${new URL(platform.endpoint).port}/k`);
    assert.equal(hosted.body, 'public');
  });

  test('allow nothing more', async () => {
    await open('only-read');
    await setPolicy('only-read', everybody('only-read', 's3:GetObject'));
    assert.equal(await statusOf('only-read'), 403);
    assert.equal(await statusOf('only-read/k', { method: 'PUT', body: 'x' }), 403);
    assert.equal(await statusOf('only-read/k', { method: 'DELETE' }), 403);
    assert.equal(await statusOf('only-read/k?tagging'), 403);
    // Who may not list learns of no key that it is not there.
    assert.equal(await statusOf('only-read/none'), 403);
    const headers = { 'content-type': 'application/xml' };
    const body = '<Delete><Object><Key>k</Key></Object></Delete>';
    const many = await ask(url('only-read?delete'), { method: 'POST', headers, body });
    assert.equal(many.status, 200);
    assert.match(many.body, /<Error><Key>k<\/Key><Code>AccessDenied<\/Code><Message>Access Denied<\/Message><\/Error>/);
    assert.equal(await statusOf('only-read/k'), 200);
  });

  test('let every caller list, write and delete if its policy says so', async () => {
    await open('inbox');
    await setPolicy('inbox', everybody('inbox', ['s3:ListBucket', 's3:GetObject', 's3:PutObject', 's3:DeleteObject']));
    await nobody.send(new PutObjectCommand({ Bucket: 'inbox', Key: 'new', Body: 'x' }));
    assert.match((await ask(url('inbox?list-type=2'))).body, /<Key>k<\/Key>.*<Key>new<\/Key>/);
    assert.equal(await statusOf('inbox/none'), 404);
    assert.equal(await statusOf('inbox/new', { method: 'DELETE' }), 204);
    assert.equal(await statusOf('inbox/new'), 404);
    assert.equal(await statusOf('inbox', { method: 'HEAD' }), 200);
  });

  test('allow every caller by grants, and no unsigned caller by a grant to authenticated users', async () => {
    const acl = (ACL: 'public-read' | 'authenticated-read') =>
      owner.send(new PutBucketAclCommand({ Bucket: 'granted', ACL }));
    await open('granted', { ObjectOwnership: 'BucketOwnerPreferred' });
    await acl('authenticated-read');
    assert.equal(await statusOf('granted'), 403);
    await acl('public-read');
    assert.equal(await statusOf('granted'), 200);
    assert.equal(await statusOf('granted/k'), 403);
    await owner.send(new PutObjectCommand({ Bucket: 'granted', Key: 'k', Body: 'public', ACL: 'public-read' }));
    assert.equal(await statusOf('granted/k'), 200);
    await owner.send(
      new PutPublicAccessBlockCommand({
        Bucket: 'granted',
        PublicAccessBlockConfiguration: { IgnorePublicAcls: true },
      }),
    );
    assert.equal(await statusOf('granted'), 403);
    assert.equal(await statusOf('granted/k'), 403);
  });

  test('see the caller: anonymous, without an account, with an address', async () => {
    await open('conditions');
    const when = (Condition: object) => setPolicy('conditions', everybody('conditions', 's3:GetObject', { Condition }));
    for (const [condition, status] of [
      [{ IpAddress: { 'aws:SourceIp': '127.0.0.1/32' } }, 200],
      [{ IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, 403],
      [{ StringEquals: { 'aws:PrincipalAccount': 'anonymous' } }, 200],
      [{ StringEquals: { 'aws:PrincipalType': 'Anonymous' } }, 200],
      [{ Null: { 'aws:PrincipalArn': 'true' } }, 200],
      [{ StringEquals: { 'aws:PrincipalAccount': '000000000000' } }, 403],
    ] as const) {
      await when(condition);
      assert.equal(await statusOf('conditions/k'), status, JSON.stringify(condition));
    }
  });

  test('record allowed callers in its owner’s trail, and no refused ones', async () => {
    await open('trail');
    await setPolicy('trail', everybody('trail', 's3:GetObject'));
    await ask(url('trail/k'));
    await ask(url('trail/k'), { method: 'DELETE' });
    const LookupAttributes = [{ AttributeKey: 'ResourceName' as const, AttributeValue: 'arn:aws:s3:::trail/k' }];
    const seen = async () => {
      const { Events = [] } = await platform
        .client(CloudTrailClient)
        .send(new LookupEventsCommand({ LookupAttributes }));
      return Events.map(({ CloudTrailEvent }) => JSON.parse(CloudTrailEvent ?? '{}'));
    };
    let events = await seen();
    // A read is recorded behind its answer.
    while (!events.some(({ eventName }) => eventName === 'GetObject')) events = await seen();
    const unsigned = events.filter(({ userIdentity }) => userIdentity.type === 'AWSAccount');
    assert.deepEqual(
      unsigned.map(({ eventName, userIdentity, recipientAccountId }) => [eventName, userIdentity, recipientAccountId]),
      [['GetObject', { type: 'AWSAccount', principalId: '', accountId: 'ANONYMOUS_PRINCIPAL' }, platform.account]],
    );
  });
});

describe('requests without a signature are refused', () => {
  test('by buckets as they are made, whatever their policy was before', async () => {
    await open('closed');
    await setPolicy('closed', everybody('closed', 's3:GetObject'));
    assert.equal(await statusOf('closed/k'), 200);
    await owner.send(
      new PutPublicAccessBlockCommand({
        Bucket: 'closed',
        PublicAccessBlockConfiguration: { RestrictPublicBuckets: true },
      }),
    );
    assert.equal(await statusOf('closed/k'), 403);
    await owner.send(new CreateBucketCommand({ Bucket: 'usual' }));
    await assert.rejects(setPolicy('usual', everybody('usual', 's3:GetObject')), { name: 'AccessDenied' });
  });

  test('by policies that name a principal, except one or deny every principal', async () => {
    await open('named');
    await setPolicy('named', everybody('named', 's3:GetObject', { Principal: { AWS: platform.account } }));
    assert.equal(await statusOf('named/k'), 403);
    const but = {
      Effect: 'Deny',
      NotPrincipal: { AWS: [platform.account, `arn:aws:iam::${platform.account}:root`] },
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::named/*',
    };
    await setPolicy('named', everybody('named', 's3:GetObject'), but);
    assert.equal(await statusOf('named/k'), 403);
  });

  test('in everything but reading, listing, writing and deleting objects', async () => {
    await open('everything');
    await setPolicy('everything', everybody('everything', 's3:*'));
    for (const [method, path] of [
      ['GET', ''],
      ['GET', 'everything?policy'],
      ['DELETE', 'everything?policy'],
      ['PUT', 'everything?versioning'],
      ['DELETE', 'everything'],
      ['PUT', 'another'],
      ['GET', 'everything?uploads'],
      ['PUT', 'everything/k?partNumber=1&uploadId=u'],
      ['GET', 'no-bucket/k'],
      ['PATCH', 'everything/k'],
    ] as const)
      assert.equal(await statusOf(path, { method }), 403, `${method} ${path}`);
    const uploads = await ask(url('everything/k?uploads'), { method: 'POST' });
    assert.equal(errorOf(uploads).Message, 'Anonymous users cannot initiate multipart uploads.  Please authenticate.');
    const copied = await ask(url('everything/c'), { method: 'PUT', headers: { 'x-amz-copy-source': 'everything/k' } });
    assert.equal(errorOf(copied).Message, 'Anonymous users cannot copy objects.  Please authenticate.');
  });

  test('where the response would be another, or a key is used on behalf of a caller', async () => {
    await open('sealed');
    await setPolicy('sealed', everybody('sealed', 's3:GetObject'));
    assert.deepEqual(errorOf(await ask(url('sealed/k?response-content-type=text/html'))), {
      status: '400',
      Code: 'InvalidRequest',
      Message: 'Request specific response headers cannot be used for anonymous GET requests.',
    });
    await owner.send(new PutObjectCommand({ Bucket: 'sealed', Key: 'k', Body: 'x', ServerSideEncryption: 'aws:kms' }));
    const { status, Code, Message } = errorOf(await ask(url('sealed/k')));
    assert.deepEqual(
      [status, Code, Message],
      [
        '400',
        'InvalidArgument',
        'Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.',
      ],
    );
  });

  test('whose signature is wrong or cannot be read, even if every caller is allowed', async () => {
    await open('signed');
    await setPolicy('signed', everybody('signed', 's3:GetObject'));
    const wrong = platform.client(S3Client, { credentials: { ...platform.credentials, secretAccessKey: 'x' } });
    await assert.rejects(wrong.send(new PutObjectCommand({ Bucket: 'signed', Key: 'k', Body: 'x' })), {
      name: 'SignatureDoesNotMatch',
    });
    assert.equal(await statusOf('signed/k', { headers: { authorization: 'Bearer token' } }), 400);
    assert.equal(await statusOf('signed/k?X-Amz-Algorithm=AWS4-HMAC-SHA256'), 400);
  });
});
