/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html */
import { objectAccess } from '../access.ts';
import type { S3Operation } from '../deps.ts';
import { readPageSize, readWholeNumber } from '../listing/listing.ts';
import { checksumMembers, quoted, secondsOf } from '../objects/object.ts';
import { ownerOf } from '../owner.ts';
import { getUpload } from './upload.ts';
import { listParts as listRows } from './upload-store.ts';

export const listParts: S3Operation<'ListParts'> = {
  audit: { data: true },
  access: objectAccess('s3:ListMultipartUploadParts'),
  async handle(input, call, deps) {
    const size = readPageSize(input.MaxParts, 'max-parts', call);
    const marker = readWholeNumber(input.PartNumberMarker || '0', 'part-number-marker', call);
    const { bucket, upload } = await getUpload(deps, call, input);
    const rows = size === 0 ? [] : await listRows(deps.database, upload.upload_id, marker, size + 1);
    const shown = rows.slice(0, size);
    const { checksum_algorithm: algorithm, checksum_type: type } = upload;
    return {
      Bucket: bucket.name,
      Key: upload.key,
      UploadId: upload.upload_id,
      PartNumberMarker: String(marker),
      NextPartNumberMarker: String(shown.at(-1)?.part_number ?? 0),
      MaxParts: size,
      IsTruncated: rows.length > size,
      Initiator: { ID: upload.initiator },
      Owner: ownerOf(bucket.account),
      StorageClass: upload.storage_class as 'STANDARD',
      ChecksumAlgorithm: algorithm,
      ChecksumType: type,
      Parts: shown.map((row) => ({
        PartNumber: row.part_number,
        LastModified: secondsOf(row.last_modified),
        ETag: quoted(row.etag),
        Size: row.size,
        ...checksumMembers(algorithm, undefined, row.checksum_value),
      })),
    };
  },
};
