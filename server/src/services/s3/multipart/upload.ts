/** The upload that a call names, and part numbers. */
import { randomBytes } from 'node:crypto';
import type { Call } from '../../../contract/call.ts';
import { getBucket } from '../buckets/bucket.ts';
import { type EncryptionInput, encryptionIn, secretFor } from '../bytes/encryption.ts';
import { type ChecksumAlgorithm, defaultAlgorithm } from '../checksums/checksum.ts';
import type { S3Deps } from '../deps.ts';
import { invalidArgument, invalidRequest, noSuchUpload } from '../refusals.ts';
import type { BucketRow, UploadRow } from '../tables.ts';
import { findUpload } from './upload-store.ts';

export const maxParts = 10_000;

/** Ordered by time as text, not to be guessed. */
export function newUploadId(now: Date): string {
  return now.getTime().toString(16).padStart(12, '0') + randomBytes(42).toString('base64url');
}

interface UploadInput {
  readonly Bucket: string;
  readonly Key: string;
  readonly UploadId: string;
  readonly ExpectedBucketOwner?: string | undefined;
}

export async function getUpload(
  deps: S3Deps,
  call: Call,
  input: UploadInput,
): Promise<{ readonly bucket: BucketRow; readonly upload: UploadRow }> {
  const bucket = await getBucket(deps, call, input);
  const upload = await findUpload(deps.database, input.UploadId);
  if (upload === undefined || upload.bucket !== bucket.name || upload.key !== input.Key) {
    throw noSuchUpload(call, input.UploadId);
  }
  return { bucket, upload };
}

/** What the parts' keys come from. Every part of an upload with a customer's key must bring that key. */
export function secretOfUpload(
  upload: UploadRow,
  input: EncryptionInput,
  call: Call,
  deps: S3Deps,
): Uint8Array | undefined {
  const encryption = encryptionIn(upload);
  const brings = input.SSECustomerAlgorithm !== undefined || input.SSECustomerKey !== undefined;
  if (encryption?.kind === 'SSE-C' && !brings) {
    throw invalidRequest(
      call,
      'The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters.',
    );
  }
  if (encryption?.kind !== 'SSE-C' && brings) {
    throw invalidRequest(
      call,
      'The multipart upload initiate did not request encryption. Please resend the request without sending encryption parameters.',
    );
  }
  return secretFor(encryption, input, deps.objectSecret, call);
}

/**
 * A part's checksum uses the algorithm of its upload. Another algorithm is accepted if the upload named none,
 * and none where the parts' checksums are not the whole's. Texts as AWS's, in OpenStack Swift's tests that run against it.
 */
export function checkPartAlgorithm(
  { checksum_algorithm: wanted, checksum_type: type }: UploadRow,
  given: ChecksumAlgorithm | undefined,
  call: Call,
): void {
  if (given === wanted || wanted === defaultAlgorithm || (given === undefined && type === 'FULL_OBJECT')) return;
  const [expected, actual] = [wanted.toLowerCase(), given?.toLowerCase() ?? 'null'];
  throw invalidRequest(
    call,
    `Checksum Type mismatch occurred, expected checksum Type: ${expected}, actual checksum Type: ${actual}`,
  );
}

export function checkPartNumber(partNumber: number, call: Call): void {
  if (Number.isInteger(partNumber) && partNumber >= 1 && partNumber <= maxParts) return;
  const message = `Part number must be an integer between 1 and ${maxParts}, inclusive`;
  throw invalidArgument(call, message, 'partNumber', String(partNumber));
}
