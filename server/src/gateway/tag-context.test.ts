import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tagContext } from './tag-context.ts';

describe('tagContext does', () => {
  it('read lists, maps, S3’s sets and the keys of what is removed', () => {
    const pair = { 'aws:RequestTag/team': 'red', 'aws:TagKeys': ['team'] };
    assert.deepEqual(tagContext({ Tags: [{ Key: 'team', Value: 'red' }] }), pair);
    assert.deepEqual(tagContext({ tags: { team: 'red' } }), pair);
    assert.deepEqual(tagContext({ Tagging: { TagSet: [{ Key: 'team', Value: 'red' }] } }), pair);
    assert.deepEqual(tagContext({ TagKeys: ['team', 'stage'] }), { 'aws:TagKeys': ['team', 'stage'] });
  });

  it('take nothing from what is no tag', () => {
    for (const input of [
      undefined,
      'text',
      [],
      {},
      { Tags: 'x' },
      { Tags: [{ Key: 1, Value: 'a' }, null] },
      { Tagging: 'a=b' },
    ]) {
      assert.deepEqual(tagContext(input), {});
    }
  });
});
