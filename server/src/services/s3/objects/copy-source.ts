/** x-amz-copy-source: `bucket/key`, percent-encoded, with or without a leading slash and a version. */

import type { Call } from '../../../contract/call.ts';
import type { Access } from '../../../contract/operation.ts';
import { objectArn } from '../access.ts';
import { getBucket } from '../buckets/bucket.ts';
import { type EncryptionInput, encryptionIn, secretFor } from '../bytes/encryption.ts';
import type { S3Deps } from '../deps.ts';
import { invalidArgument, preconditionFailed } from '../refusals.ts';
import type { BucketRow, ObjectRow } from '../tables.ts';
import { checkVersionId } from '../versions/version-id.ts';
import { brokenCondition } from './conditions.ts';
import { findRow } from './read-object.ts';

export interface CopySource {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
}

interface CopyInput {
  readonly CopySource?: string | undefined;
  readonly ExpectedSourceBucketOwner?: string | undefined;
  readonly CopySourceIfMatch?: string | undefined;
  readonly CopySourceIfNoneMatch?: string | undefined;
  readonly CopySourceIfModifiedSince?: Date | undefined;
  readonly CopySourceIfUnmodifiedSince?: Date | undefined;
  readonly CopySourceSSECustomerAlgorithm?: string | undefined;
  readonly CopySourceSSECustomerKey?: string | undefined;
  readonly CopySourceSSECustomerKeyMD5?: string | undefined;
}

export function parseCopySource(text: string | undefined): CopySource | undefined {
  const [path = '', version] = (text ?? '').split(/\?versionId=(?=[^?]*$)/);
  let decoded: string;
  try {
    // A space may come as a plus, which itself comes as %2B.
    decoded = decodeURIComponent(path.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
  const match = /^\/?([^/]+)\/(.+)$/s.exec(decoded);
  return match ? { bucket: match[1] ?? '', key: match[2] ?? '', versionId: version } : undefined;
}

/** The right to read the source; where no source can be read from the header the call is refused later. */
export function sourceAccess(input: CopyInput, call: Pick<Call, 'region'>): Access[] {
  const source = parseCopySource(input.CopySource);
  if (!source) return [];
  const action = source.versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
  return [{ action, resource: objectArn(call, source.bucket, source.key) }];
}

export function getCopySource(input: CopyInput, call: Call): CopySource {
  const source = parseCopySource(input.CopySource);
  if (source === undefined) {
    const message = 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey';
    throw invalidArgument(call, message, 'x-amz-copy-source', input.CopySource ?? '');
  }
  checkVersionId(source.versionId, call);
  return source;
}

export interface FoundSource {
  readonly bucket: BucketRow;
  readonly row: ObjectRow;
  /** What its bytes are read with. */
  readonly secret: Uint8Array | undefined;
}

/** The source object, judged by the conditions on it: for a copy all of them are preconditions. */
export async function getSource(source: CopySource, input: CopyInput, call: Call, deps: S3Deps): Promise<FoundSource> {
  const bucket = await getBucket(deps, call, {
    Bucket: source.bucket,
    ExpectedBucketOwner: input.ExpectedSourceBucketOwner,
  });
  const row = await findRow(bucket, { Key: source.key, VersionId: source.versionId }, call, deps);
  const conditions = {
    ifMatch: input.CopySourceIfMatch,
    ifNoneMatch: input.CopySourceIfNoneMatch,
    ifModifiedSince: input.CopySourceIfModifiedSince,
    ifUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
  };
  const broken = brokenCondition(conditions, row.etag, row.last_modified);
  if (broken !== undefined) throw preconditionFailed(call, `x-amz-copy-source-${broken}`);
  const secret = secretFor(encryptionIn(row), sourceKeyOf(input), deps.objectSecret, call);
  return { bucket, row, secret };
}

function sourceKeyOf(input: CopyInput): EncryptionInput {
  return {
    SSECustomerAlgorithm: input.CopySourceSSECustomerAlgorithm,
    SSECustomerKey: input.CopySourceSSECustomerKey,
    SSECustomerKeyMD5: input.CopySourceSSECustomerKeyMD5,
  };
}
