import assert from 'node:assert/strict';
import { type IncomingMessage, request } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import {
  type CORSRule,
  CreateBucketCommand,
  DeleteBucketCorsCommand,
  GetBucketCorsCommand,
  PutBucketCorsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { startPlatform } from '../../../../../../test/harness/platform.ts';

const platform = await startPlatform();
const s3 = platform.client(S3Client);
after(() => platform[Symbol.asyncDispose]());
const Bucket = 'shared';
const allowed = 'https://app.example.com';
const rules: CORSRule[] = [
  {
    AllowedMethods: ['GET', 'PUT'],
    AllowedOrigins: [allowed, 'https://*.example.org'],
    AllowedHeaders: ['x-amz-*', 'Content-Type'],
    ExposeHeaders: ['ETag'],
    MaxAgeSeconds: 3000,
  },
  { AllowedMethods: ['HEAD'], AllowedOrigins: ['*'] },
];
const put = (...CORSRules: CORSRule[]) =>
  s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }));

before(async () => {
  for (const name of [Bucket, 'unshared']) await s3.send(new CreateBucketCommand({ Bucket: name }));
  await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
  await put(...rules);
});

const ask = (path: string, headers: Record<string, string>, method = 'OPTIONS') =>
  fetch(`${platform.endpoint}${path}`, { method, headers });
const preflight = (origin: string, method: string, headers?: string) =>
  ask(`/${Bucket}/k`, {
    origin,
    'access-control-request-method': method,
    ...(headers ? { 'access-control-request-headers': headers } : {}),
  });
const corsOf = (response: Response) =>
  Object.fromEntries([...response.headers].filter(([name]) => name.startsWith('access-control') || name === 'vary'));
const vary = 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method';
const granted = {
  'access-control-allow-origin': allowed,
  'access-control-allow-methods': 'GET, PUT',
  'access-control-expose-headers': 'ETag',
  'access-control-max-age': '3000',
  'access-control-allow-credentials': 'true',
  vary,
};

describe('cross-origin rules do', () => {
  it('come, are told and go', async () => {
    const bucket = { Bucket: 'unshared' };
    const get = async () => (await s3.send(new GetBucketCorsCommand(bucket))).CORSRules;
    const none = { name: 'NoSuchCORSConfiguration', message: 'The CORS configuration does not exist' };
    await assert.rejects(get(), none);
    await s3.send(new PutBucketCorsCommand({ ...bucket, CORSConfiguration: { CORSRules: rules } }));
    assert.deepEqual(await get(), rules);
    await s3.send(new DeleteBucketCorsCommand(bucket));
    await assert.rejects(get(), none);
  });

  it('answer preflights without a signature', async () => {
    const plain = await preflight(allowed, 'PUT');
    assert.equal(plain.status, 200);
    assert.deepEqual(corsOf(plain), granted);
    assert.equal(await plain.text(), '');
    const withHeaders = await preflight('https://a.b.example.org', 'GET', 'X-Amz-Date, content-type');
    assert.deepEqual(corsOf(withHeaders), {
      ...granted,
      'access-control-allow-origin': 'https://a.b.example.org',
      'access-control-allow-headers': 'x-amz-date, content-type',
    });
  });

  it('know a bucket by its host', async () => {
    const { hostname, port } = new URL(platform.endpoint);
    const headers = { host: `${Bucket}.s3.localhost`, origin: allowed, 'access-control-request-method': 'GET' };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      request({ hostname, port, method: 'OPTIONS', path: '/k', headers }, resolve).once('error', reject).end();
    });
    answer.resume();
    assert.equal(answer.statusCode, 200);
    assert.equal(answer.headers['access-control-allow-origin'], allowed);
  });

  it('name no origin where any will do', async () => {
    assert.deepEqual(corsOf(await preflight('https://elsewhere', 'HEAD')), {
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'HEAD',
      vary,
    });
  });

  it('go along with answers to actual requests, refusals too', async () => {
    const refused = await ask(`/${Bucket}/k`, { origin: allowed }, 'GET');
    assert.equal(refused.status, 403);
    assert.deepEqual(corsOf(refused), granted);
    const foreign = await ask(`/${Bucket}/k`, { origin: 'https://elsewhere' }, 'GET');
    assert.deepEqual(corsOf(foreign), {});
    assert.deepEqual(corsOf(await ask(`/${Bucket}/k`, {}, 'GET')), {});
  });

  it('let a script of an allowed origin read what it may read', async () => {
    const seen: Record<string, string>[] = [];
    const browser = platform.client(S3Client);
    browser.middlewareStack.add(
      (next) => async (args) => {
        (args.request as { headers: Record<string, string> }).headers.origin = allowed;
        const answer = await next(args);
        seen.push((answer.response as { headers: Record<string, string> }).headers);
        return answer;
      },
      { step: 'build' },
    );
    await browser.send(new PutObjectCommand({ Bucket, Key: 'from-browser', Body: 'x' }));
    assert.equal(seen[0]?.['access-control-allow-origin'], allowed);
  });
});

describe('cross-origin rules refuse', () => {
  const refusalOf = async (response: Response) => {
    const text = await response.text();
    const member = (name: string) => new RegExp(`<${name}>(.*?)</${name}>`).exec(text)?.[1];
    return [response.status, member('Code'), member('Message'), member('Method'), member('ResourceType')];
  };
  const notAllowed =
    'CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource&apos;s CORS spec.';

  it('preflights that say too little', async () => {
    assert.deepEqual((await refusalOf(await ask(`/${Bucket}/k`, {}))).slice(0, 3), [
      400,
      'BadRequest',
      'Insufficient information. Origin request header needed.',
    ]);
    assert.deepEqual((await refusalOf(await ask(`/${Bucket}/k`, { origin: allowed }))).slice(0, 3), [
      400,
      'BadRequest',
      'Invalid Access-Control-Request-Method: null',
    ]);
  });

  it('other origins, methods and headers', async () => {
    const refusal = (method: string) => [403, 'AccessForbidden', notAllowed, method, 'OBJECT'];
    assert.deepEqual(await refusalOf(await preflight('https://elsewhere', 'PUT')), refusal('PUT'));
    assert.deepEqual(await refusalOf(await preflight(allowed, 'DELETE')), refusal('DELETE'));
    assert.deepEqual(await refusalOf(await preflight(allowed, 'GET', 'authorization')), refusal('GET'));
    const ofBucket = await ask(`/${Bucket}`, { origin: 'https://elsewhere', 'access-control-request-method': 'GET' });
    assert.deepEqual(await refusalOf(ofBucket), [403, 'AccessForbidden', notAllowed, 'GET', 'BUCKET']);
  });

  it('buckets without rules, and none', async () => {
    const headers = { origin: allowed };
    assert.deepEqual(await refusalOf(await ask('/unshared/k', headers)), [
      403,
      'AccessForbidden',
      'CORSResponse: CORS is not enabled for this bucket.',
      'OPTIONS',
      'BUCKET',
    ]);
    assert.deepEqual(await refusalOf(await ask('/not-there/k', headers)), [
      403,
      'AccessForbidden',
      'CORSResponse: Bucket not found',
      'OPTIONS',
      'BUCKET',
    ]);
  });

  it('rules that are none', async () => {
    const usual: CORSRule = { AllowedMethods: ['GET'], AllowedOrigins: ['*'] };
    const invalid = (message: string) => ({ name: 'InvalidRequest', message });
    await assert.rejects(put(), { name: 'MalformedXML' });
    await assert.rejects(put({ ...usual, AllowedOrigins: [] }), { name: 'MalformedXML' });
    await assert.rejects(
      put({ ...usual, AllowedMethods: ['MYMETHOD'] }),
      invalid('Found unsupported HTTP method in CORS config. Unsupported method is MYMETHOD'),
    );
    await assert.rejects(
      put({ ...usual, AllowedOrigins: ['*example*.com'] }),
      invalid('AllowedOrigin "*example*.com" can not have more than one wildcard.'),
    );
    await assert.rejects(
      put({ ...usual, ExposeHeaders: ['x-*'] }),
      invalid('ExposeHeader "x-*" contains wildcard. We currently do not support wildcard for ExposeHeader.'),
    );
  });

  it('those who may not set them', async () => {
    const iam = platform.client(IAMClient);
    await iam.send(new CreateUserCommand({ UserName: 'reader' }));
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 's3:GetBucketCORS', Resource: '*' }],
    });
    await iam.send(new PutUserPolicyCommand({ UserName: 'reader', PolicyName: 'own', PolicyDocument }));
    const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: 'reader' }));
    const credentials = { accessKeyId: key?.AccessKeyId, secretAccessKey: key?.SecretAccessKey };
    const reader = platform.client(S3Client, { credentials });
    await reader.send(new GetBucketCorsCommand({ Bucket }));
    await assert.rejects(reader.send(new DeleteBucketCorsCommand({ Bucket })), {
      name: 'AccessDenied',
      message: /is not authorized to perform: s3:PutBucketCORS/,
    });
  });
});
