import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import {
  type ChecksumAlgorithm,
  checksumAlgorithms,
  compositeChecksum,
  createHasher,
  fullObjectChecksum,
  isChecksumValue,
} from './checksum.ts';

function checksum(algorithm: ChecksumAlgorithm, ...chunks: Uint8Array[]): string {
  const hasher = createHasher(algorithm);
  for (const chunk of chunks) hasher.update(chunk);
  return hasher.digest();
}

describe('checksums do', () => {
  // The catalogue of parametrised CRC algorithms gives these as the checks of "123456789".
  const known: [ChecksumAlgorithm, string][] = [
    ['CRC32', 'cbf43926'],
    ['CRC32C', 'e3069283'],
    ['CRC64NVME', 'ae8b14860a799888'],
    ['SHA1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
    ['SHA256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
  ];
  for (const [algorithm, hex] of known) {
    it(`${algorithm} of the check text`, () => {
      const value = checksum(algorithm, Buffer.from('123456789'));
      assert.equal(Buffer.from(value, 'base64').toString('hex'), hex);
      assert.ok(isChecksumValue(algorithm, value));
    });
  }

  for (const algorithm of checksumAlgorithms) {
    it(`${algorithm} does not depend on how the bytes are cut`, () => {
      const bytes = randomBytes(1000);
      const cuts = [0, 1, 2, 9, 30, 31, 500, 1000];
      const chunks = cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end));
      assert.equal(checksum(algorithm, ...chunks), checksum(algorithm, bytes));
    });
  }

  for (const algorithm of ['CRC32', 'CRC32C', 'CRC64NVME'] as const) {
    it(`${algorithm} of a whole from its parts`, () => {
      for (const sizes of [[0], [1], [5, 0, 7], [4096, 1, 63], [100_000, 3, 100_000]]) {
        const parts = sizes.map((size) => randomBytes(size));
        const described = parts.map((part) => ({ value: checksum(algorithm, part), size: part.length }));
        assert.equal(fullObjectChecksum(algorithm, described), checksum(algorithm, Buffer.concat(parts)));
      }
    });
  }

  it('a composite is the checksum of the checksums and their number', () => {
    const parts = [randomBytes(10), randomBytes(20)].map((part) => ({ value: checksum('SHA256', part), size: 0 }));
    const bytes = Buffer.concat(parts.map(({ value }) => Buffer.from(value, 'base64')));
    assert.equal(compositeChecksum('SHA256', parts), `${checksum('SHA256', bytes)}-2`);
  });
});

describe('checksums refuse', () => {
  it('values that cannot be theirs', () => {
    for (const value of ['', 'AAAA', 'AAAAAA', 'AAAAAA=', 'AAAAAB==', 'é', 'AAAAAAAA']) {
      assert.equal(isChecksumValue('CRC32', value), false, value);
    }
    assert.equal(isChecksumValue('CRC32', 'AAAAAA=='), true);
  });
});
