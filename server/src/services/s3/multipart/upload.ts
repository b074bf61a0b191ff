/** The upload that a call names, and part numbers. */
import { randomBytes } from 'node:crypto';
import type { Call } from '../../../contract/call.ts';
import { getBucket } from '../buckets/bucket.ts';
import type { S3Deps } from '../deps.ts';
import { invalidArgument, noSuchUpload } from '../refusals.ts';
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

export function checkPartNumber(partNumber: number, call: Call): void {
  if (Number.isInteger(partNumber) && partNumber >= 1 && partNumber <= maxParts) return;
  const message = `Part number must be an integer between 1 and ${maxParts}, inclusive`;
  throw invalidArgument(call, message, 'partNumber', String(partNumber));
}
