import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseCopySource } from './copy-source.ts';

describe('a copy source does', () => {
  const source = (bucket: string, key: string, versionId?: string) => ({ bucket, key, versionId });
  it('name bucket, key and version', () => {
    assert.deepEqual(parseCopySource('b/k'), source('b', 'k'));
    assert.deepEqual(parseCopySource('/b/dir/k%20x%2By'), source('b', 'dir/k x+y'));
    assert.deepEqual(parseCopySource('b/one+two'), source('b', 'one two'));
    assert.deepEqual(parseCopySource('b//k'), source('b', '/k'));
    assert.deepEqual(parseCopySource('b/k?versionId=null'), source('b', 'k', 'null'));
    assert.deepEqual(parseCopySource('b%2Fk%3FversionId=1'), source('b', 'k?versionId=1'));
  });
});

describe('a copy source is refused', () => {
  for (const text of [undefined, '', 'b', 'b/', '/', '//k', 'b/%zz', 'b/%ff']) {
    it(String(text), () => assert.equal(parseCopySource(text), undefined));
  }
});
