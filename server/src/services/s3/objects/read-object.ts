/** What GetObject and HeadObject do alike: find the row, judge the conditions, choose the bytes. */
import type { Call } from '../../../contract/call.ts';
import type { ByteRange } from '../../../storage/blobs.ts';
import { bucketArn } from '../access.ts';
import { attachPolicies } from '../authorization/bucket-policies.ts';
import { getBucket } from '../buckets/bucket.ts';
import type { Bucket } from '../buckets/bucket-cache.ts';
import { type EncryptionInput, encryptionIn } from '../bytes/encryption.ts';
import type { S3Deps } from '../deps.ts';
import { expirationMember } from '../lifecycle/expiration.ts';
import { invalidArgument, invalidRequest, noSuchKey, noSuchVersion, preconditionFailed } from '../refusals.ts';
import type { BucketRow, ObjectRow } from '../tables.ts';
import { checkVersionId } from '../versions/version-id.ts';
import { findHidingMarker, findVersion } from '../versions/version-store.ts';
import { readRange } from './byte-range.ts';
import { brokenCondition } from './conditions.ts';
import { attributesOf, checksumMembers, documentIn, quoted, secondsOf } from './object.ts';
import { checkKey } from './object-key.ts';
import { findObjectWithBytes, type ObjectWithBytes } from './object-store.ts';
import { versionMember } from './store-object.ts';

interface ReadInput extends EncryptionInput {
  readonly Bucket: string;
  readonly Key: string;
  readonly ExpectedBucketOwner?: string | undefined;
  readonly VersionId?: string | undefined;
  readonly Range?: string | undefined;
  readonly PartNumber?: number | undefined;
  readonly ChecksumMode?: string | undefined;
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
  readonly IfModifiedSince?: Date | undefined;
  readonly IfUnmodifiedSince?: Date | undefined;
  readonly ResponseCacheControl?: string | undefined;
  readonly ResponseContentDisposition?: string | undefined;
  readonly ResponseContentEncoding?: string | undefined;
  readonly ResponseContentLanguage?: string | undefined;
  readonly ResponseContentType?: string | undefined;
  readonly ResponseExpires?: Date | undefined;
}

export interface FoundObject {
  readonly bucket: Bucket;
  /** Its bytes come along where they are in the database and the key holds it now. */
  readonly row: ObjectRow & Partial<Pick<ObjectWithBytes, 'bytes'>>;
}

export async function findForReading(input: ReadInput, call: Call, deps: S3Deps): Promise<FoundObject> {
  checkOverrides(input, call);
  checkKey(input.Key, call);
  checkVersionId(input.VersionId, call);
  if (input.Range !== undefined && input.PartNumber !== undefined) {
    throw invalidRequest(call, 'Cannot specify both Range header and partNumber query parameter');
  }
  const isAnonymous = call.principal.kind === 'anonymous';
  if (isAnonymous && Object.keys(overrides(input)).length > 0) {
    throw invalidRequest(call, 'Request specific response headers cannot be used for anonymous GET requests.');
  }
  const bucket = await getBucket(deps, call, input);
  const row = await findRow(bucket, input, call, deps);
  if (isAnonymous && encryptionIn(row)?.kind === 'aws:kms') throw needsSignature(call);
  checkConditions(input, row, call);
  return { bucket, row };
}

/** A KMS key is used on behalf of a caller. */
function needsSignature(call: Call) {
  const message =
    'Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.';
  return invalidArgument(call, message, 'Authorization', 'null');
}

interface NamedVersion {
  readonly Key: string;
  readonly VersionId?: string | undefined;
}

/** The key's current object, or the requested version. A delete marker cannot be read. */
export async function findRow(
  bucket: BucketRow,
  { Key: key, VersionId: versionId }: NamedVersion,
  call: Call,
  deps: S3Deps,
) {
  if (versionId === undefined) {
    const row = await findObjectWithBytes(deps.database, bucket.name, key);
    if (row !== undefined) return row;
    const marker =
      bucket.versioning === 'Unversioned' ? undefined : await findHidingMarker(deps.database, bucket.name, key);
    const headers = marker && { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker.version_id };
    await requireListing(bucket, call, deps);
    throw noSuchKey(call, key, headers);
  }
  const version = await findVersion(deps.database, bucket.name, key, versionId);
  if (version === undefined) throw noSuchVersion(call, key, versionId);
  if (version.is_marker === 1) {
    throw call.error('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
      status: 405,
      fields: { ResourceType: 'DeleteMarker' },
      headers: { allow: 'DELETE', 'x-amz-delete-marker': 'true', 'x-amz-version-id': versionId },
    });
  }
  return version;
}

/** Who may not list learns of no key that it is not there. Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, "Permissions". */
async function requireListing(bucket: BucketRow, call: Call, deps: S3Deps): Promise<void> {
  const asked = [{ action: 's3:ListBucket', resource: bucketArn(call, bucket.name) }];
  const decision = await call.authorize(await attachPolicies(asked, call.account, deps.buckets));
  if (!decision.allowed) throw call.error('AccessDenied', decision.reason, { status: 403 });
}

function checkConditions(input: ReadInput, row: ObjectRow, call: Call): void {
  const conditions = {
    ifMatch: input.IfMatch,
    ifNoneMatch: input.IfNoneMatch,
    ifModifiedSince: input.IfModifiedSince,
    ifUnmodifiedSince: input.IfUnmodifiedSince,
  };
  const broken = brokenCondition(conditions, row.etag, row.last_modified);
  if (broken === undefined) return;
  if (broken === 'If-Match' || broken === 'If-Unmodified-Since') throw preconditionFailed(call, broken);
  throw call.error('NotModified', 'Not Modified', {
    status: 304,
    headers: { etag: quoted(row.etag), 'last-modified': secondsOf(row.last_modified).toUTCString() },
  });
}

interface Selection {
  /** Undefined: the whole object, answered 200. */
  readonly range: ByteRange | undefined;
  readonly length: number;
  readonly partsCount: number | undefined;
}

export function selectBytes(input: ReadInput, row: ObjectRow, call: Call): Selection {
  if (input.PartNumber !== undefined) return selectPart(input.PartNumber, row, call);
  const range = readRange(input.Range, row.size);
  if (range === 'unsatisfiable') {
    throw call.error('InvalidRange', 'The requested range is not satisfiable', {
      status: 416,
      fields: { RangeRequested: input.Range, ActualObjectSize: row.size },
      headers: { 'content-range': `bytes */${row.size}` },
    });
  }
  return { range, length: range === undefined ? row.size : range.end - range.start + 1, partsCount: undefined };
}

function selectPart(partNumber: number, row: ObjectRow, call: Call): Selection {
  if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > 10_000) {
    const message = 'Part number must be an integer between 1 and 10000, inclusive';
    throw invalidArgument(call, message, 'partNumber', String(partNumber));
  }
  const sizes = documentIn(row).parts?.sizes;
  const length = (sizes ?? [row.size])[partNumber - 1];
  if (length === undefined) {
    throw call.error('InvalidPartNumber', 'The requested partnumber is not satisfiable', {
      status: 416,
      fields: { PartNumberRequested: partNumber, ActualPartCount: sizes?.length ?? 1 },
    });
  }
  const start = (sizes ?? []).slice(0, partNumber - 1).reduce((total, size) => total + size, 0);
  const range = length === 0 ? undefined : { start, end: start + length - 1 };
  return { range, length, partsCount: sizes?.length };
}

/** The answer but for its body. */
export function answerOf(input: ReadInput, { bucket, row }: FoundObject, { range, length, partsCount }: Selection) {
  const { checksum_algorithm: algorithm, checksum_type: type, checksum_value: value } = row;
  const isWhole = range === undefined;
  return {
    ...attributesOf(row),
    ...versionMember(bucket, row),
    ...expirationMember(bucket, row),
    ...overrides(input),
    ...(input.ChecksumMode === 'ENABLED' && isWhole ? checksumMembers(algorithm, type, value) : {}),
    ContentLength: length,
    ContentRange: isWhole ? undefined : `bytes ${range.start}-${range.end}/${row.size}`,
    PartsCount: partsCount,
  };
}

/** Headers of the answer hold Latin-1 and nothing else. Text observed. */
function checkOverrides(input: ReadInput, call: Call): void {
  for (const [name, value] of [
    ['response-cache-control', input.ResponseCacheControl],
    ['response-content-disposition', input.ResponseContentDisposition],
    ['response-content-encoding', input.ResponseContentEncoding],
    ['response-content-language', input.ResponseContentLanguage],
    ['response-content-type', input.ResponseContentType],
  ] as const) {
    if (value === undefined || !/[\u0100-\uffff]/.test(value)) continue;
    throw invalidArgument(call, 'Header value cannot be represented using ISO-8859-1.', name, value);
  }
}

function overrides(input: ReadInput) {
  const headers = {
    CacheControl: input.ResponseCacheControl,
    ContentDisposition: input.ResponseContentDisposition,
    ContentEncoding: input.ResponseContentEncoding,
    ContentLanguage: input.ResponseContentLanguage,
    ContentType: input.ResponseContentType,
    Expires: input.ResponseExpires,
  };
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
}
