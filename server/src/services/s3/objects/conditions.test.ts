import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { brokenCondition, type Conditions } from './conditions.ts';

const modified = Date.UTC(2026, 0, 1, 0, 0, 0, 700);
const sameSecond = new Date(Date.UTC(2026, 0, 1));
const before = new Date(Date.UTC(2025, 0, 1));

const broken = (conditions: Conditions) => brokenCondition(conditions, 'abc', modified);

describe('conditions do', () => {
  it('match entity tags with and without quotes, in lists, weak and any', () => {
    for (const ifMatch of ['"abc"', 'abc', '"x", "abc"', 'W/"abc"', '*']) assert.equal(broken({ ifMatch }), undefined);
    for (const ifMatch of ['"x"', '"abcd"', '']) assert.equal(broken({ ifMatch }), 'If-Match');
    assert.equal(broken({ ifNoneMatch: '"abc"' }), 'If-None-Match');
    assert.equal(broken({ ifNoneMatch: '"x"' }), undefined);
  });

  it('compare whole seconds', () => {
    assert.equal(broken({ ifModifiedSince: sameSecond }), 'If-Modified-Since');
    assert.equal(broken({ ifModifiedSince: before }), undefined);
    assert.equal(broken({ ifUnmodifiedSince: sameSecond }), undefined);
    assert.equal(broken({ ifUnmodifiedSince: before }), 'If-Unmodified-Since');
  });

  it('let entity tags decide over dates', () => {
    assert.equal(broken({ ifMatch: '"abc"', ifUnmodifiedSince: before }), undefined);
    assert.equal(broken({ ifNoneMatch: '"x"', ifModifiedSince: sameSecond }), undefined);
    assert.equal(broken({ ifNoneMatch: '"abc"', ifModifiedSince: before }), 'If-None-Match');
  });
});
