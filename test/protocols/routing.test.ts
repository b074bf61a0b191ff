/** Which operation a request names: S3's sub-resources, styles of address and other clients' habits; the targets of the RPC protocols. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ProtocolName, ServiceName } from '../../server/src/models/catalog.ts';
import { loadServiceModel } from '../../server/src/models/service-model.ts';
import { protocols } from '../../server/src/wire/protocols.ts';

interface Sent {
  host?: string;
  headers?: Record<string, string>;
  /** What the labels must be read as. */
  labels?: Record<string, string>;
}

const copy = { headers: { 'x-amz-copy-source': 'a/b' } };
const hosted = (host: string, labels: Record<string, string>): Sent => ({ host, labels });

const s3: [line: string, operation: string | undefined, sent?: Sent][] = [
  ['GET /', 'ListBuckets'],
  ['GET /?x-id=ListDirectoryBuckets', 'ListDirectoryBuckets'],
  ['GET /b', 'ListObjects', { labels: { Bucket: 'b' } }],
  ['GET /b/', 'ListObjects', { labels: { Bucket: 'b' } }],
  ['GET /b?list-type=2&prefix=x', 'ListObjectsV2'],
  ['GET /b/?list-type=2', 'ListObjectsV2'],
  ['GET /b?list-type=1', 'ListObjects'],
  ['GET /b?prefix=x&delimiter=%2F', 'ListObjects'],
  ['GET /b?location', 'GetBucketLocation'],
  ['GET /b?location=', 'GetBucketLocation'],
  ['GET /b?versioning', 'GetBucketVersioning'],
  ['GET /b?versions', 'ListObjectVersions'],
  ['GET /b?uploads', 'ListMultipartUploads'],
  ['GET /b?tagging', 'GetBucketTagging'],
  ['GET /b?acl', 'GetBucketAcl'],
  ['GET /b?policy', 'GetBucketPolicy'],
  ['GET /b?policyStatus', 'GetBucketPolicyStatus'],
  ['GET /b?notification', 'GetBucketNotificationConfiguration'],
  ['GET /b?inventory', 'ListBucketInventoryConfigurations'],
  ['GET /b?inventory&id=1', 'GetBucketInventoryConfiguration'],
  ['GET /b?analytics&id=1&x-id=GetBucketAnalyticsConfiguration', 'GetBucketAnalyticsConfiguration'],
  ['HEAD /b', 'HeadBucket'],
  ['PUT /b', 'CreateBucket'],
  ['PUT /b/', 'CreateBucket'],
  ['PUT /b?tagging', 'PutBucketTagging'],
  ['PUT /b?notification', 'PutBucketNotificationConfiguration'],
  ['DELETE /b', 'DeleteBucket'],
  ['DELETE /b?tagging', 'DeleteBucketTagging'],
  ['POST /b?delete', 'DeleteObjects'],
  ['POST /b', undefined],
  ['PATCH /b/k', undefined],
  ['GET //k', undefined],
  ['GET /b/k', 'GetObject', { labels: { Bucket: 'b', Key: 'k' } }],
  ['GET /b/k?x-id=GetObject', 'GetObject'],
  ['GET /b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=1', 'GetObject'],
  ['GET /b/k?response-content-type=text%2Fcsv', 'GetObject'],
  ['GET /b/k?partNumber=1', 'GetObject'],
  ['GET /b/k?versionId=1', 'GetObject'],
  ['GET /b/k?uploadId=u', 'ListParts'],
  ['GET /b/k?tagging', 'GetObjectTagging'],
  ['GET /b/k?tagging=&versionId=1', 'GetObjectTagging'],
  ['GET /b/k?acl', 'GetObjectAcl'],
  ['GET /b/k?attributes', 'GetObjectAttributes'],
  ['GET /b/k?retention', 'GetObjectRetention'],
  ['GET /b/k?strange', 'GetObject'],
  ['HEAD /b/k', 'HeadObject'],
  ['PUT /b/k', 'PutObject'],
  ['PUT /b/k?x-id=PutObject', 'PutObject'],
  ['PUT /b/k', 'CopyObject', copy],
  ['PUT /b/k?x-id=CopyObject', 'CopyObject', copy],
  ['PUT /b/k?x-amz-copy-source=a%2Fb', 'CopyObject'],
  ['PUT /b/k?partNumber=1&uploadId=u', 'UploadPart'],
  ['PUT /b/k?partNumber=1&uploadId=u', 'UploadPartCopy', copy],
  ['PUT /b/k?tagging', 'PutObjectTagging'],
  ['POST /b/k?uploads', 'CreateMultipartUpload'],
  ['POST /b/k?uploads=', 'CreateMultipartUpload'],
  ['POST /b/k?uploadId=u', 'CompleteMultipartUpload'],
  ['POST /b/k?restore', 'RestoreObject'],
  ['POST /b/k?select&select-type=2', 'SelectObjectContent'],
  ['DELETE /b/k', 'DeleteObject'],
  ['DELETE /b/k?versionId=1', 'DeleteObject'],
  ['DELETE /b/k?uploadId=u', 'AbortMultipartUpload'],
  ['DELETE /b/k?tagging', 'DeleteObjectTagging'],
  ['GET /b/folder/', 'GetObject', { labels: { Bucket: 'b', Key: 'folder/' } }],
  ['GET /b//', 'GetObject', { labels: { Bucket: 'b', Key: '/' } }],
  ['GET /b//k//l', 'GetObject', { labels: { Bucket: 'b', Key: '/k//l' } }],
  ['GET /b/a%20b%2Bc+d%C3%A9%2Fe%3F%25', 'GetObject', { labels: { Bucket: 'b', Key: 'a b+c+dé/e?%' } }],
  ['GET /b/WriteGetObjectResponse', 'GetObject'],
  ['GET /', 'ListObjects', hosted('b.s3.us-east-1.amazonaws.com', { Bucket: 'b' })],
  ['GET /', 'ListObjects', hosted('b.s3.amazonaws.com', { Bucket: 'b' })],
  ['GET /k', 'GetObject', hosted('b.s3-eu-west-1.amazonaws.com', { Bucket: 'b', Key: 'k' })],
  ['GET /k', 'GetObject', hosted('b.s3.localhost:4566', { Bucket: 'b', Key: 'k' })],
  ['GET /k', 'GetObject', hosted('b.localhost:4566', { Bucket: 'b', Key: 'k' })],
  [
    'GET /k/l',
    'GetObject',
    hosted('some.dotted.bucket.s3.us-east-1.localhost:4566', { Bucket: 'some.dotted.bucket', Key: 'k/l' }),
  ],
  ['GET /b/k', 'GetObject', hosted('s3.us-east-1.amazonaws.com', { Bucket: 'b', Key: 'k' })],
  ['GET /b/k', 'GetObject', hosted('s3.localhost:4566', { Bucket: 'b', Key: 'k' })],
  ['GET /b/k', 'GetObject', hosted('localhost:4566', { Bucket: 'b', Key: 'k' })],
  ['GET /b/k', 'GetObject', hosted('127.0.0.1:4566', { Bucket: 'b', Key: 'k' })],
  ['GET /b/k', 'GetObject', hosted('clary.example.com', { Bucket: 'b', Key: 'k' })],
];

describe('routing to s3 does', () => {
  for (const [line, operation, sent = {}] of s3) {
    const as = [sent.host, sent.headers && 'with a copy source'].filter(Boolean).join(' ');
    it(`${line} ${as} → ${operation}`, async () => {
      const model = await loadServiceModel('s3');
      const [method = '', target = ''] = line.split(' ');
      const [path = '', query = ''] = target.split('?', 2);
      const headers = { ...(sent.host && { host: sent.host }), ...sent.headers };
      const request = { method, path, query, headers, body: new Uint8Array() };
      const found = protocols['rest-xml'].operationOf(model, request);
      assert.equal(found, operation);
      const known = model.operations.get(found ?? '');
      if (sent.labels === undefined || known === undefined) return;
      const input = protocols['rest-xml'].parse(model, known, request) as Record<string, unknown>;
      assert.deepEqual({ Bucket: input.Bucket, Key: input.Key }, { Key: undefined, ...sent.labels });
    });
  }
});

describe('routing to s3 refuses', () => {
  it('a path that cannot be decoded', async () => {
    const model = await loadServiceModel('s3');
    const request = { method: 'GET', path: '/b/%E0%A4%A', query: '', headers: {}, body: new Uint8Array() };
    assert.throws(() => protocols['rest-xml'].operationOf(model, request), { code: 'InvalidURI' });
  });
  it('a query that cannot be decoded', async () => {
    const model = await loadServiceModel('s3');
    const request = { method: 'GET', path: '/b/k', query: 'a=%', headers: {}, body: new Uint8Array() };
    assert.throws(() => protocols['rest-xml'].operationOf(model, request), { code: 'InvalidURI' });
  });
});

const others: [
  ServiceName,
  ProtocolName,
  string,
  { headers?: Record<string, string>; body?: string },
  string | undefined,
][] = [
  ['sagemaker', 'aws-json-1.1', 'POST /', { headers: { 'x-amz-target': 'SageMaker.CreateModel' } }, 'CreateModel'],
  ['sagemaker', 'aws-json-1.1', 'POST /', { headers: { 'x-amz-target': 'SageMaker.Strange' } }, 'Strange'],
  ['sagemaker', 'aws-json-1.1', 'POST /', { headers: { 'x-amz-target': 'Other.CreateModel' } }, undefined],
  ['sagemaker', 'aws-json-1.1', 'POST /', {}, undefined],
  [
    'cloudwatch-logs',
    'aws-json-1.1',
    'POST /',
    { headers: { 'x-amz-target': 'Logs_20140328.PutLogEvents' } },
    'PutLogEvents',
  ],
  [
    'cloudwatch',
    'aws-json-1.0',
    'POST /',
    { headers: { 'x-amz-target': 'GraniteServiceVersion20100801.PutMetricData' } },
    'PutMetricData',
  ],
  [
    'cloudwatch',
    'rpc-v2-cbor',
    'POST /service/GraniteServiceVersion20100801/operation/PutMetricData',
    { headers: { 'smithy-protocol': 'rpc-v2-cbor' } },
    'PutMetricData',
  ],
  ['cloudwatch', 'rpc-v2-cbor', 'POST /service/GraniteServiceVersion20100801/operation/PutMetricData', {}, undefined],
  [
    'cloudwatch',
    'rpc-v2-cbor',
    'POST /service/Other/operation/PutMetricData',
    { headers: { 'smithy-protocol': 'rpc-v2-cbor' } },
    undefined,
  ],
  ['cloudwatch', 'query', 'POST /', { body: 'Action=PutMetricData&Version=2010-08-01' }, 'PutMetricData'],
  ['sts', 'query', 'POST /', { body: 'Action=GetCallerIdentity&Version=2011-06-15' }, 'GetCallerIdentity'],
  ['sts', 'query', 'POST /', { body: 'Action=GetCallerIdentity' }, 'GetCallerIdentity'],
  ['sts', 'query', 'GET /?Action=GetCallerIdentity&Version=2011-06-15', {}, 'GetCallerIdentity'],
  ['sts', 'query', 'POST /', { body: 'Action=GetCallerIdentity&Version=2010-05-08' }, undefined],
  [
    'sts',
    'query',
    'POST /',
    { body: '{"Action":"GetCallerIdentity"}', headers: { 'content-type': 'application/json' } },
    undefined,
  ],
  ['iam', 'query', 'POST /', { body: 'Version=2010-05-08' }, undefined],
  ['sagemaker-runtime', 'rest-json', 'POST /endpoints/e/invocations', {}, 'InvokeEndpoint'],
  ['sagemaker-runtime', 'rest-json', 'POST /endpoints/e%2Ff/invocations', {}, 'InvokeEndpoint'],
  ['sagemaker-runtime', 'rest-json', 'POST /endpoints/e/invocations/', {}, 'InvokeEndpoint'],
  ['sagemaker-runtime', 'rest-json', 'POST /endpoints/e/async-invocations', {}, 'InvokeEndpointAsync'],
  ['sagemaker-runtime', 'rest-json', 'GET /endpoints/e/invocations', {}, undefined],
  ['sagemaker-runtime', 'rest-json', 'POST /endpoints//invocations', {}, undefined],
  ['sagemaker-runtime', 'rest-json', 'POST /endpoints/e', {}, undefined],
];

describe('routing does', () => {
  for (const [service, protocol, line, { headers = {}, body = '' }, operation] of others) {
    it(`${service} ${protocol} ${line} ${body}${headers['x-amz-target'] ?? ''} → ${operation}`, async () => {
      const [method = '', target = ''] = line.split(' ');
      const [path = '', query = ''] = target.split('?', 2);
      const form: Record<string, string> = body === '' ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
      const request = { method, path, query, headers: { ...form, ...headers }, body: Buffer.from(body) };
      assert.equal(protocols[protocol].operationOf(await loadServiceModel(service), request), operation);
    });
  }
});
