import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { digestOf, initialRegister, reflectedCrc } from '../../../kit/reflected-crc.ts';
import { type ChecksumAlgorithm, createHasher } from './checksum.ts';

/** Bit by bit, from the definition. */
function slowCrc(width: 32 | 64, polynomial: bigint, bytes: Uint8Array): string {
  const ones = (1n << BigInt(width)) - 1n;
  let register = ones;
  for (const byte of bytes) {
    register ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) register = register & 1n ? (register >> 1n) ^ polynomial : register >> 1n;
  }
  const digits = (register ^ ones).toString(16).padStart(width / 4, '0');
  return Buffer.from(digits, 'hex').toString('base64');
}

const kinds: [ChecksumAlgorithm, 32 | 64, bigint][] = [
  ['CRC32C', 32, 0x82f63b78n],
  ['CRC64NVME', 64, 0x9a6c9329ac4bc9b5n],
];

describe('cyclic redundancy checks do', () => {
  for (const [algorithm, width, polynomial] of kinds) {
    /** Without folding. */
    const plain = reflectedCrc(width, polynomial);
    const plainCrc = (bytes: Uint8Array) => {
      const register = initialRegister(width);
      plain.update(register, bytes);
      return digestOf(register, width).toString('base64');
    };
    const crc = (...chunks: Uint8Array[]) => {
      const hasher = createHasher(algorithm);
      for (const chunk of chunks) hasher.update(chunk);
      return hasher.digest();
    };

    it(`${algorithm} of long texts is what its definition says`, () => {
      for (const length of [8192, 70_001]) {
        const bytes = randomBytes(length);
        assert.equal(crc(bytes), slowCrc(width, polynomial, bytes));
        assert.equal(plainCrc(bytes), slowCrc(width, polynomial, bytes));
      }
    });

    it(`${algorithm}, folded or not, wherever a text begins and however long it is`, () => {
      const around = [4 * 1024, 8 * 1024, 16 * 1024, 64 * 1024, 72 * 1024, 128 * 1024, 512 * 1024];
      const lengths = around.flatMap((length) => [-33, -32, -1, 0, 1, 15, 16, 17, 31, 32].map((more) => length + more));
      for (const [index, length] of lengths.entries()) {
        const bytes = randomBytes(length + 16).subarray(index % 16, (index % 16) + length);
        assert.equal(crc(bytes), plainCrc(bytes), `${length} bytes from ${index % 16}`);
      }
    });

    it(`${algorithm} of many texts at once, in pieces of any size`, () => {
      const texts = Array.from({ length: 4 }, () => randomBytes(300_000));
      const hashers = texts.map(() => createHasher(algorithm));
      const sizes = [1, 9000, 100_000, 7, 65_536, 125_456];
      let at = 0;
      for (const size of sizes) {
        for (const [index, hasher] of hashers.entries()) hasher.update(texts[index]?.subarray(at, at + size) as Buffer);
        at += size;
      }
      assert.equal(at, 300_000);
      for (const [index, hasher] of hashers.entries()) assert.equal(hasher.digest(), plainCrc(texts[index] as Buffer));
    });

    it(`${algorithm} of a text of zeros, and of ones`, () => {
      for (const byte of [0, 255]) {
        const bytes = Buffer.alloc(100_000, byte);
        assert.equal(crc(bytes), plainCrc(bytes));
      }
    });
  }
});
