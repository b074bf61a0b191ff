import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readUbjson } from './ubjson.ts';

const long = (value: number) => {
  const bytes = Buffer.alloc(9, 'L');
  bytes.writeBigInt64BE(BigInt(value), 1);
  return bytes;
};
const join = (...parts: (string | Buffer)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)));
const key = (name: string) => join(long(name.length), name);
const floats = Buffer.alloc(8);
floats.writeFloatBE(1.5, 0);
floats.writeFloatBE(-0.25, 4);

const document = join(
  '{',
  key('name'), 'S', key('dart'),
  key('weights'), '[$d#', long(2), floats,
  key('nodes'), '[$l#', long(2), '\x00\x00\x01\x00', '\xff\xff\xff\xff',
  key('wide'), '[$L#', long(1), '\x00\x00\x00\x01\x00\x00\x00\x00',
  key('mixed'), '[#', long(3), 'i\xfe', 'T', 'Z',
  key('open'), '[', 'U\xff', 'I\x01\x00', ']',
  key('number'), 'd', floats.subarray(0, 4),
  '}',
); // biome-ignore format: a line a field

describe('readUbjson', () => {
  test('does: every construct that XGBoost writes', () => {
    const value = readUbjson(document) as Record<string, unknown>;
    assert.equal(value.name, 'dart');
    assert.deepEqual(value.weights, Float32Array.of(1.5, -0.25));
    assert.deepEqual(value.nodes, Int32Array.of(256, -1));
    assert.deepEqual(value.wide, Float64Array.of(2 ** 32));
    assert.deepEqual(value.mixed, [-2, true, null]);
    assert.deepEqual(value.open, [255, 256]);
    assert.equal(value.number, 1.5);
  });

  test('refuses: the document cut at any byte, or with bytes behind it', () => {
    for (let length = 0; length < document.length; length++) {
      assert.throws(() => readUbjson(document.subarray(0, length)), /not valid UBJSON at byte \d+/);
    }
    assert.throws(() => readUbjson(join(document, 'x')), /bytes follow the end/);
  });

  test('refuses: lengths that the file cannot hold, before it allocates for them', () => {
    for (const length of [2 ** 40, -1]) {
      assert.throws(() => readUbjson(join('[$d#', long(length))), /a length of/);
      assert.throws(() => readUbjson(join('S', long(length))), /a length of/);
    }
  });

  test('refuses: nesting without end, and markers that mean nothing', () => {
    assert.throws(() => readUbjson(Buffer.alloc(100_000, '[')), /nested too deeply/);
    assert.throws(() => readUbjson(join('H')), /the marker 0x48/);
  });
});
