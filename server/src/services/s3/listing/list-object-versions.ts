/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html */
import type { CommonPrefix, DeleteMarkerEntry, ObjectVersion } from '@aws-sdk/client-s3';
import type { Call } from '../../../contract/call.ts';
import type { Input } from '../../../models/types.ts';
import { type ListInput, listAccess } from '../access.ts';
import { getBucket } from '../buckets/bucket.ts';
import type { S3Deps, S3Operation } from '../deps.ts';
import { quoted, secondsOf } from '../objects/object.ts';
import { ownerOf } from '../owner.ts';
import { invalidArgument } from '../refusals.ts';
import { keyWriter } from '../url-encoding.ts';
import { findVersion } from '../versions/version-store.ts';
import { successorOf } from './key-order.ts';
import { behindMarker, readPageSize } from './listing.ts';
import { type ListedVersion, listVersions } from './version-listing-store.ts';

type ListVersionsInput = Input<'s3', 'ListObjectVersions'>;
type Entry = { readonly version: ListedVersion } | { readonly group: string };

export const listObjectVersions: S3Operation<'ListObjectVersions'> = {
  audit: { data: true },
  access: (input: ListInput, call) =>
    listAccess(input, call).map((access) => ({ ...access, action: 's3:ListBucketVersions' })),
  async handle(input, call, deps) {
    const size = readPageSize(input.MaxKeys, 'max-keys', call);
    const write = keyWriter(input.EncodingType, call);
    const bucket = await getBucket(deps, call, input);
    const start = await startOf(input, call, deps);
    const entries = size === 0 ? [] : await readEntries(input, start, size + 1, deps);
    const shown = entries.slice(0, size);
    const owner = ownerOf(bucket.account);
    const last = entries.length > size ? shown.at(-1) : undefined;
    const versions = shown.flatMap((entry) => ('version' in entry ? [entry.version] : []));
    const told = (version: ListedVersion) => ({
      Key: write(version.key),
      VersionId: version.version_id,
      IsLatest: version.is_latest === 1,
      LastModified: secondsOf(version.last_modified),
      Owner: owner,
    });
    return {
      Name: input.Bucket,
      Prefix: write(input.Prefix ?? ''),
      Delimiter: input.Delimiter ? write(input.Delimiter) : undefined,
      KeyMarker: write(input.KeyMarker ?? ''),
      VersionIdMarker: input.VersionIdMarker ?? '',
      EncodingType: input.EncodingType,
      MaxKeys: size,
      IsTruncated: last !== undefined,
      ...(last && 'version' in last
        ? { NextKeyMarker: write(last.version.key), NextVersionIdMarker: last.version.version_id }
        : {}),
      ...(last && 'group' in last ? { NextKeyMarker: write(last.group) } : {}),
      Versions: versions
        .filter(({ is_marker: isMarker }) => isMarker === 0)
        .map(
          (version): ObjectVersion => ({
            ...told(version),
            ETag: quoted(version.etag),
            ChecksumAlgorithm: [version.checksum_algorithm],
            ChecksumType: version.checksum_type,
            Size: version.size,
            StorageClass: version.storage_class as 'STANDARD',
          }),
        ),
      DeleteMarkers: versions
        .filter(({ is_marker: isMarker }) => isMarker === 1)
        .map((version): DeleteMarkerEntry => told(version)),
      CommonPrefixes: shown.flatMap((entry): CommonPrefix[] =>
        'group' in entry ? [{ Prefix: write(entry.group) }] : [],
      ),
    };
  },
};

interface Start {
  readonly from: string;
  readonly beforeSeq: number | undefined;
}

async function startOf(input: ListVersionsInput, call: Call, deps: S3Deps): Promise<Start> {
  const { KeyMarker: keyMarker, VersionIdMarker: versionMarker } = input;
  if (!versionMarker) return { from: behindMarker(keyMarker, input), beforeSeq: undefined };
  if (!keyMarker) {
    const message = 'A version-id marker cannot be specified without a key marker.';
    throw invalidArgument(call, message, 'version-id-marker', versionMarker);
  }
  const version = await findVersion(deps.database, input.Bucket, keyMarker, versionMarker);
  // The version was deleted meanwhile: which versions of its key were already listed is unknown.
  if (version === undefined) return { from: behindMarker(keyMarker, input), beforeSeq: undefined };
  return { from: keyMarker, beforeSeq: version.seq };
}

/** After a group, the listing continues behind it. */
async function readEntries(input: ListVersionsInput, start: Start, limit: number, deps: S3Deps): Promise<Entry[]> {
  const { Bucket: bucket, Prefix: prefix = '', Delimiter: delimiter } = input;
  const entries: Entry[] = [];
  for (let next: Start | undefined = start; next && entries.length < limit; ) {
    const wanted = limit - entries.length;
    const rows = await listVersions(deps.database, { bucket, prefix, ...next, limit: wanted });
    const at = delimiter ? rows.findIndex(({ key }) => key.includes(delimiter, prefix.length)) : -1;
    entries.push(...rows.slice(0, at === -1 ? undefined : at).map((version) => ({ version })));
    const met: string | undefined = rows[at]?.key;
    if (met === undefined || !delimiter) return entries;
    const group = met.slice(0, met.indexOf(delimiter, prefix.length) + delimiter.length);
    entries.push({ group });
    const from: string | undefined = successorOf(group);
    next = from === undefined ? undefined : { from, beforeSeq: undefined };
  }
  return entries;
}
