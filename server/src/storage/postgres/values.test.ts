import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeText, encodeText } from './values.ts';

const awkward = [
  '',
  'a',
  '\0',
  '\x01',
  '\x02',
  'a\0b',
  '\0\0',
  '\x01\0',
  '\0\x01',
  '\ue000',
  '\ue0001',
  '\\u0000',
  '\\\\u0000',
  'ü\0😀',
];

test('text comes back as it was, and no NUL is left in it', () => {
  for (const text of awkward) {
    assert.equal(decodeText(encodeText(text)), text);
    assert.doesNotMatch(encodeText(text), /\0/);
  }
});

test('documents stay JSON without the escape of NUL, and escaped backslashes are left alone', () => {
  const document = JSON.stringify({ a: '\0', b: '\\u0000', c: '\x01' });
  const stored = encodeText(document);
  assert.deepEqual(JSON.parse(stored), { a: '\ue0002', b: '\\u0000', c: '\x01' });
  assert.equal(decodeText(stored), document);
});

test('the order of texts is kept', () => {
  const keys = ['a', 'a\0', 'a\0b', 'a\x01', 'a\x01b', 'a\x02', 'ab', 'a\ud7ff', 'a\ue000', 'a\ue001'];
  const bytes = (text: string) => Buffer.from(encodeText(text));
  assert.deepEqual(
    keys.toSorted((one, other) => Buffer.compare(bytes(one), bytes(other))),
    keys,
  );
});
