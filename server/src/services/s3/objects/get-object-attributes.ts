/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html */
import type { Call } from '../../../contract/call.ts';
import type { Input } from '../../../models/types.ts';
import { versionAccess } from '../access.ts';
import { kindOf } from '../bytes/blob-id.ts';
import { listSegments } from '../bytes/byte-store.ts';
import { encryptionIn, secretFor } from '../bytes/encryption.ts';
import type { S3Deps, S3Operation } from '../deps.ts';
import { readPageSize, readWholeNumber } from '../listing/listing.ts';
import { invalidArgument } from '../refusals.ts';
import type { ObjectRow } from '../tables.ts';
import { checksumMembers, documentIn, secondsOf } from './object.ts';
import { findForReading } from './read-object.ts';
import { versionMember } from './store-object.ts';

type AttributesInput = Input<'s3', 'GetObjectAttributes'>;

const known = new Set(['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize']);

export const getObjectAttributes: S3Operation<'GetObjectAttributes'> = {
  audit: { data: true },
  access: (input, call) => [
    ...versionAccess('s3:GetObject', 's3:GetObjectVersion')(input, call),
    ...versionAccess('s3:GetObjectAttributes', 's3:GetObjectVersionAttributes')(input, call),
  ],
  async handle(input, call, deps) {
    const wanted = new Set<string>(input.ObjectAttributes);
    if (wanted.size === 0 || [...wanted].some((name) => !known.has(name))) {
      throw invalidArgument(call, 'Invalid attribute name specified.', 'x-amz-object-attributes', [...wanted].join());
    }
    const { bucket, row } = await findForReading(input, call, deps);
    secretFor(encryptionIn(row), input, deps.objectSecret, call);
    // Of a composite the number of parts is left out here (observed), which GetObject and HeadObject tell.
    const value = row.checksum_value.replace(/-\d+$/, '');
    const checksum = checksumMembers(row.checksum_algorithm, row.checksum_type, value);
    return {
      LastModified: secondsOf(row.last_modified),
      ...versionMember(bucket, row),
      ...(wanted.has('ETag') ? { ETag: row.etag } : {}),
      ...(wanted.has('Checksum') ? { Checksum: checksum } : {}),
      ...(wanted.has('ObjectParts') ? await partsOf(row, input, call, deps) : {}),
      ...(wanted.has('StorageClass') ? { StorageClass: row.storage_class as 'STANDARD' } : {}),
      ...(wanted.has('ObjectSize') ? { ObjectSize: row.size } : {}),
    };
  },
};

/** Only of objects that were uploaded in parts. */
async function partsOf(row: ObjectRow, input: AttributesInput, call: Call, deps: S3Deps) {
  const total = documentIn(row).parts?.sizes.length;
  if (total === undefined || kindOf(row.blob_id) !== 'composite') return {};
  const size = readPageSize(input.MaxParts, 'max-parts', call);
  const marker = readWholeNumber(input.PartNumberMarker || '0', 'part-number-marker', call);
  const found = await listSegments(deps.database, row.blob_id, marker, size + 1);
  const shown = found.slice(0, size);
  return {
    ObjectParts: {
      TotalPartsCount: total,
      PartNumberMarker: String(marker),
      NextPartNumberMarker: String(shown.at(-1)?.part_number ?? 0),
      MaxParts: size,
      IsTruncated: found.length > size,
      Parts: shown.map((part) => ({
        PartNumber: part.part_number,
        Size: part.size,
        ...checksumMembers(row.checksum_algorithm, undefined, part.checksum_value),
      })),
    },
  };
}
