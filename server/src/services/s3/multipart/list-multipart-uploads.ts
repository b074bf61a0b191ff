/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html */
import type { CommonPrefix, MultipartUpload } from '@aws-sdk/client-s3';
import { bucketAccess } from '../access.ts';
import { getBucket } from '../buckets/bucket.ts';
import type { S3Deps, S3Operation } from '../deps.ts';
import { successorOf } from '../listing/key-order.ts';
import { behindMarker, readPageSize } from '../listing/listing.ts';
import { secondsOf } from '../objects/object.ts';
import { ownerOf } from '../owner.ts';
import type { UploadRow } from '../tables.ts';
import { keyWriter } from '../url-encoding.ts';
import { listUploads, type UploadRange } from './upload-store.ts';

export const listMultipartUploads: S3Operation<'ListMultipartUploads'> = {
  audit: { data: true },
  access: bucketAccess('s3:ListBucketMultipartUploads'),
  async handle(input, call, deps) {
    const size = readPageSize(input.MaxUploads, 'max-uploads', call);
    const write = keyWriter(input.EncodingType, call);
    const bucket = await getBucket(deps, call, input);
    const owner = ownerOf(bucket.account);
    const { KeyMarker: keyMarker, UploadIdMarker: idMarker, Prefix: prefix = '', Delimiter: delimiter } = input;
    // S3 ignores an upload's marker without a key's.
    const goesOnInKey = Boolean(keyMarker) && Boolean(idMarker);
    const page = await readUploads(deps, size, delimiter, {
      bucket: bucket.name,
      prefix,
      from: goesOnInKey ? (keyMarker ?? '') : behindMarker(keyMarker, input),
      afterUploadId: goesOnInKey ? idMarker : undefined,
    });
    const toUpload = (row: UploadRow): MultipartUpload => ({
      Key: write(row.key),
      UploadId: row.upload_id,
      Initiated: secondsOf(row.initiated_at),
      StorageClass: row.storage_class as 'STANDARD',
      Owner: owner,
      Initiator: { ID: row.initiator },
      ChecksumAlgorithm: row.checksum_algorithm,
      ChecksumType: row.checksum_type,
    });
    return {
      Bucket: bucket.name,
      KeyMarker: write(keyMarker ?? ''),
      UploadIdMarker: idMarker ?? '',
      NextKeyMarker: page.isTruncated ? write(page.nextKey) : undefined,
      NextUploadIdMarker: page.isTruncated ? page.nextUploadId : undefined,
      Prefix: write(prefix),
      Delimiter: delimiter ? write(delimiter) : undefined,
      EncodingType: input.EncodingType,
      MaxUploads: size,
      IsTruncated: page.isTruncated,
      Uploads: page.uploads.map(toUpload),
      CommonPrefixes: page.groups.map((group): CommonPrefix => ({ Prefix: write(group) })),
    };
  },
};

interface UploadPage {
  readonly uploads: UploadRow[];
  readonly groups: string[];
  isTruncated: boolean;
  nextKey: string;
  nextUploadId: string;
}

/** Uploads under way are few: groups are gathered row by row, each is left by a jump. */
async function readUploads(
  deps: S3Deps,
  size: number,
  delimiter: string | undefined,
  start: Omit<UploadRange, 'limit'>,
): Promise<UploadPage> {
  const page: UploadPage = { uploads: [], groups: [], isTruncated: false, nextKey: '', nextUploadId: '' };
  let range: Omit<UploadRange, 'limit'> | undefined = size === 0 ? undefined : start;
  while (range !== undefined) {
    const rows: UploadRow[] = await listUploads(deps.database, { ...range, limit: size + 1 });
    const { prefix, bucket } = range;
    range = undefined;
    for (const row of rows) {
      if (page.uploads.length + page.groups.length === size) {
        page.isTruncated = true;
        return page;
      }
      const at = delimiter ? row.key.indexOf(delimiter, prefix.length) : -1;
      if (at < 0) {
        page.uploads.push(row);
        page.nextKey = row.key;
        page.nextUploadId = row.upload_id;
        continue;
      }
      const group = row.key.slice(0, at + (delimiter ?? '').length);
      page.groups.push(group);
      page.nextKey = group;
      page.nextUploadId = '';
      const from = successorOf(group);
      if (from !== undefined) range = { bucket, prefix, from, afterUploadId: undefined };
      break;
    }
  }
  return page;
}
