import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseS3Uri } from './s3-uri.ts';

describe('parseS3Uri does', () => {
  const location = { bucket: 'my-bucket', key: 'a/b' };
  for (const uri of [
    's3://my-bucket/a/b',
    'https://my-bucket.s3.amazonaws.com/a/b',
    'https://s3.us-east-1.amazonaws.com/my-bucket/a/b',
    'https://my-bucket.s3.cn-north-1.amazonaws.com.cn/a/b',
    'https://s3.cn-north-1.amazonaws.com.cn/my-bucket/a/b',
  ]) {
    it(`read ${uri}`, () => assert.deepEqual(parseS3Uri(uri), location));
  }
});
