/**
 * S3's checksums: the algorithms, how they travel, full-object and composite.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { crc32c, crc64nvme, digestOf, initialRegister } from '../../../kit/reflected-crc.ts';
import { combineCrc } from './combine-crc.ts';

export type ChecksumAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256';
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

export const checksumAlgorithms: readonly ChecksumAlgorithm[] = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'];

/** What S3 computes where the client names none. */
export const defaultAlgorithm: ChecksumAlgorithm = 'CRC64NVME';

const kinds = {
  CRC32: { width: 32, polynomial: 0xedb88320n },
  CRC32C: crc32c,
  CRC64NVME: crc64nvme,
} as const;

export function isChecksumAlgorithm(text: string): text is ChecksumAlgorithm {
  return (checksumAlgorithms as readonly string[]).includes(text);
}

/** `CRC32` → `ChecksumCRC32`, the member in AWS's shapes. */
export function checksumMember<A extends ChecksumAlgorithm>(algorithm: A): `Checksum${A}` {
  return `Checksum${algorithm}`;
}

export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

const lengths: Record<ChecksumAlgorithm, number> = { CRC32: 4, CRC32C: 4, CRC64NVME: 8, SHA1: 20, SHA256: 32 };

/** Whether a text can be a value of the algorithm: base64 of the right number of bytes. */
export function isChecksumValue(algorithm: ChecksumAlgorithm, text: string): boolean {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === lengths[algorithm] && bytes.toString('base64') === text;
}

/** Hashes a stream chunk by chunk. */
interface Hasher {
  update(bytes: Uint8Array): void;
  /** Base64. */
  digest(): string;
}

export function createHasher(algorithm: ChecksumAlgorithm): Hasher {
  if (algorithm === 'SHA1' || algorithm === 'SHA256') {
    const hash = createHash(algorithm.toLowerCase());
    return { update: (bytes) => hash.update(bytes), digest: () => hash.digest('base64') };
  }
  if (algorithm === 'CRC32') {
    let value = 0;
    return {
      update: (bytes) => {
        value = crc32(bytes, value);
      },
      digest: () => encode(BigInt(value), 32),
    };
  }
  const crc = kinds[algorithm];
  const register = initialRegister(crc.width);
  return {
    update: (bytes) => crc.update(register, bytes),
    digest: () => digestOf(register, crc.width).toString('base64'),
  };
}

interface PartChecksum {
  readonly value: string;
  readonly size: number;
}

/** The checksum of all parts' bytes in a row. SHA-1 and SHA-256 have no such thing. */
export function fullObjectChecksum(algorithm: ChecksumAlgorithm, parts: readonly PartChecksum[]): string {
  if (algorithm === 'SHA1' || algorithm === 'SHA256') throw new TypeError(`${algorithm} cannot be combined`);
  const kind = kinds[algorithm];
  const total = parts.reduce((before, { value, size }) => combineCrc(kind, before, decode(value), size), 0n);
  return encode(total, kind.width);
}

/** The checksum of the parts' checksums, with their number. */
export function compositeChecksum(algorithm: ChecksumAlgorithm, parts: readonly PartChecksum[]): string {
  const hasher = createHasher(algorithm);
  for (const { value } of parts) hasher.update(Buffer.from(value, 'base64'));
  return `${hasher.digest()}-${parts.length}`;
}

function decode(value: string): bigint {
  return BigInt(`0x${Buffer.from(value, 'base64').toString('hex')}`);
}

function encode(value: bigint, width: 32 | 64): string {
  return Buffer.from(value.toString(16).padStart(width / 4, '0'), 'hex').toString('base64');
}
