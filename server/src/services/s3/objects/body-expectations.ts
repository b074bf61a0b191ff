/** What a request declares of its body: length, digest, checksum. Read before the body, checked after its last byte. */
import type { Call } from '../../../contract/call.ts';
import {
  type ChecksumAlgorithm,
  checksumAlgorithms,
  checksumHeader,
  checksumMember,
  isChecksumAlgorithm,
  isChecksumValue,
} from '../checksums/checksum.ts';
import { invalidRequest } from '../refusals.ts';

export interface BodyExpectations {
  readonly size: number | undefined;
  /** Base64. */
  readonly md5: string | undefined;
  readonly algorithm: ChecksumAlgorithm | undefined;
  /** In `algorithm`; where it is undefined the algorithm's trailer may bring it. */
  readonly checksum: string | undefined;
}

interface DescribedBody {
  readonly ContentLength?: number | undefined;
  readonly ContentMD5?: string | undefined;
  readonly ChecksumAlgorithm?: string | undefined;
}

export function expectationsOf(input: DescribedBody, call: Call): BodyExpectations {
  const md5 = input.ContentMD5;
  if (md5 !== undefined && !/^[A-Za-z0-9+/]{22}==$/.test(md5)) {
    throw call.error('InvalidDigest', 'The Content-MD5 you specified was invalid.', { fields: { 'Content-MD5': md5 } });
  }
  return { size: input.ContentLength, md5, ...expectedChecksum(input, call) };
}

function expectedChecksum(
  input: object,
  call: Call,
): { readonly algorithm: ChecksumAlgorithm | undefined; readonly checksum: string | undefined } {
  const values = input as Readonly<Record<string, string | undefined>>;
  const given = checksumAlgorithms.filter((algorithm) => values[checksumMember(algorithm)] !== undefined);
  if (given.length > 1) {
    throw invalidRequest(call, 'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  }
  const [algorithm] = given;
  if (algorithm !== undefined) {
    const checksum = values[checksumMember(algorithm)] as string;
    if (!isChecksumValue(algorithm, checksum)) throw invalidChecksum(call, algorithm);
    if ((values.ChecksumAlgorithm ?? algorithm).toUpperCase() !== algorithm) {
      throw invalidRequest(call, 'Value for x-amz-sdk-checksum-algorithm header is invalid.');
    }
    return { algorithm, checksum };
  }
  const named = values.ChecksumAlgorithm;
  return { algorithm: named === undefined ? undefined : readAlgorithm(named, call), checksum: undefined };
}

export function readAlgorithm(text: string, call: Call): ChecksumAlgorithm {
  const name = text.toUpperCase();
  if (isChecksumAlgorithm(name)) return name;
  throw invalidRequest(
    call,
    'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
  );
}

export function invalidChecksum(call: Call, algorithm: ChecksumAlgorithm) {
  return invalidRequest(call, `Value for ${checksumHeader(algorithm)} header is invalid.`);
}

/** Of bytes that come from the store itself. */
export const nothingExpected: BodyExpectations = {
  size: undefined,
  md5: undefined,
  algorithm: undefined,
  checksum: undefined,
};
