import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isBucketName } from './bucket-name.ts';

describe('bucket names do', () => {
  for (const name of ['abc', 'my.bucket-1', '0a0', 'a'.repeat(63), '1.2.3', 'a-.b']) {
    it(`allow ${name}`, () => assert.equal(isBucketName(name), true));
  }
});

describe('bucket names refuse', () => {
  const names = ['ab', 'a'.repeat(64), 'Abc', 'a_b', '-ab', 'ab-', '.ab', 'a..b', '192.168.5.4', 'xn--a', 'x-s3alias'];
  for (const name of [...names, 'sthree-x', 'amzn-s3-demo-x', 'x--x-s3', 'é12', 'a b', '']) {
    it(name, () => assert.equal(isBucketName(name), false));
  }
});
