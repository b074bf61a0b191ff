import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { after, type KeyPart, keyBytes, partBytes, prefixBytes, segmentBounds } from './key-bytes.ts';

const text = (content: string): KeyPart => ({ type: 'S', text: content });
const number = (content: string): KeyPart => ({ type: 'N', text: content });
const binary = (...bytes: number[]): KeyPart => ({ type: 'B', text: Buffer.from(bytes).toString('base64') });

function assertAscending(parts: readonly KeyPart[]): void {
  const bytes = parts.map(partBytes);
  for (let at = 1; at < bytes.length; at++) {
    const [one, other] = [bytes[at - 1] as Buffer, bytes[at] as Buffer];
    assert.ok(Buffer.compare(one, other) < 0, `${parts[at - 1]?.text} before ${parts[at]?.text}`);
  }
}

describe('keys as bytes do', () => {
  it('have the order of numbers', () => {
    const numbers = [
      '-9e125',
      '-1000',
      '-999.9',
      '-10',
      '-9.1',
      '-9',
      '-1.55',
      '-1.5',
      '-1e-130',
      '0',
      '1e-130',
      '0.1',
    ];
    assertAscending([...numbers, '0.11', '1', '1.5', '1.55', '9', '10', '99', '100', '101', '9e125'].map(number));
  });

  it('have the order of UTF-8, where U+0000 comes first and surrogates last', () => {
    assertAscending(
      ['', '\0', '\0\0', '\0a', '\u0001', 'a', 'a\0', 'a\u0001', 'aa', 'b', 'é', '\uffff', '😀'].map(text),
    );
  });

  it('have the order of bytes', () => {
    assertAscending([binary(0), binary(0, 0), binary(0, 1), binary(1), binary(254), binary(255), binary(255, 255)]);
  });

  it('keep one hash key apart from another that begins like it', () => {
    const one = keyBytes(text('a'), undefined);
    const end = after(one);
    assert.ok(end);
    for (const other of ['', 'a\0', 'aa', 'b']) {
      const key = keyBytes(text(other), text('x'));
      assert.ok(Buffer.compare(key, one) < 0 || Buffer.compare(key, end) >= 0, JSON.stringify(other));
    }
    assert.ok(Buffer.compare(keyBytes(text('a'), text('x')), one) > 0);
    assert.ok(Buffer.compare(keyBytes(text('a'), text('\uffff')), end) < 0);
  });

  it('let a prefix be a range', () => {
    const prefix = prefixBytes(text('a\0'));
    const end = after(prefix);
    assert.ok(end);
    const isIn = (content: string) => {
      const bytes = partBytes(text(content));
      return Buffer.compare(bytes, prefix) >= 0 && Buffer.compare(bytes, end) < 0;
    };
    assert.deepEqual(['a', 'a\0', 'a\0b', 'a\u0001', 'b'].map(isIn), [false, true, true, false, false]);
  });
});

describe('segments of a scan do', () => {
  it('cover every key once', () => {
    for (const total of [1, 2, 3, 7, 4096, 5000]) {
      for (const key of ['a', 'b', 'c', 'd'].map((content) => keyBytes(text(content), undefined))) {
        const owners = Array.from({ length: total }, (_, segment) => segmentBounds(segment, total)).filter(
          ({ from, to }) => Buffer.compare(key, from) >= 0 && (to === undefined || Buffer.compare(key, to) < 0),
        );
        assert.equal(owners.length, 1, `${total} segments`);
      }
    }
  });
});
