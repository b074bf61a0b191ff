import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareKeys, justAfter, laterOf, successorOf } from './key-order.ts';

describe('the order of keys does', () => {
  it('follow UTF-8 bytes where UTF-16 differs', () => {
    // U+FF5E is before U+1F600 by bytes and code points, behind it by UTF-16 units.
    assert.ok('\u{ff5e}' > '\u{1f600}');
    assert.equal(compareKeys('\u{ff5e}', '\u{1f600}'), -1);
    assert.equal(laterOf('\u{ff5e}', '\u{1f600}'), '\u{1f600}');
  });

  it('name the first text behind a prefix', () => {
    assert.equal(successorOf('a/'), 'a0');
    assert.equal(successorOf('a\u{ff}'), 'a\u{100}');
    assert.equal(successorOf('a\u{d7ff}'), 'a\u{e000}');
    assert.equal(successorOf('a\u{10ffff}'), 'b');
    assert.equal(successorOf('\u{10ffff}'), undefined);
    assert.equal(successorOf(''), undefined);
  });

  it('put every text with a prefix between it and its successor', () => {
    for (const prefix of ['a', 'a/', 'é', '\u{ffff}', '\u{1f600}', 'x\u{10ffff}']) {
      const end = successorOf(prefix);
      for (const rest of ['', '\0', 'z', '\u{10ffff}\u{10ffff}']) {
        assert.ok(compareKeys(prefix + rest, prefix) >= 0);
        assert.ok(end !== undefined && compareKeys(prefix + rest, end) < 0);
      }
    }
  });

  it('name the first text behind a key', () => {
    assert.equal(compareKeys('a', justAfter('a')), -1);
    assert.equal(compareKeys(justAfter('a'), 'a\u0001'), -1);
  });
});
