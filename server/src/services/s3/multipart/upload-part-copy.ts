/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html */
import type { Call } from '../../../contract/call.ts';
import type { ByteRange } from '../../../storage/blobs.ts';
import { objectAccess } from '../access.ts';
import type { S3Operation } from '../deps.ts';
import { getCopySource, getSourceRow, sourceAccess } from '../objects/copy-source.ts';
import { checksumMembers, quoted, secondsOf } from '../objects/object.ts';
import { openBlob } from '../objects/open-blob.ts';
import { receiveBody } from '../objects/receive-body.ts';
import { conflictingOperation, invalidArgument } from '../refusals.ts';
import { refuseUnsupported } from '../unsupported-headers.ts';
import { storePart } from './store-part.ts';
import { checkPartNumber, getUpload } from './upload.ts';

/** How often the source may be replaced between its row and its bytes being read. */
const attempts = 10;
const nothing = { size: undefined, md5: undefined, algorithm: undefined, checksum: undefined };

export const uploadPartCopy: S3Operation<'UploadPartCopy'> = {
  access: (input) => [...sourceAccess(input), ...objectAccess('s3:PutObject')(input)],
  async handle(input, call, deps) {
    checkPartNumber(input.PartNumber, call);
    refuseUnsupported(input, call);
    const source = getCopySource(input, call);
    const { upload } = await getUpload(deps, call, input);
    for (let attempt = 0; attempt < attempts; attempt++) {
      const original = await getSourceRow(source, input, call, deps);
      const range = readCopyRange(input.CopySourceRange, original.size, call);
      const bytes = original.size === 0 ? undefined : await openBlob(deps.blobs, original.blob_id, range);
      if (bytes === undefined && original.size > 0) continue;
      const body = await receiveBody(bytes, nothing, call, deps, upload.checksum_algorithm);
      const row = await storePart(upload.upload_id, input.PartNumber, body, call, deps);
      return {
        CopyPartResult: {
          ETag: quoted(row.etag),
          LastModified: secondsOf(row.last_modified),
          ...checksumMembers(upload.checksum_algorithm, undefined, row.checksum_value),
        },
      };
    }
    throw conflictingOperation(call);
  },
};

function readCopyRange(header: string | undefined, size: number, call: Call): ByteRange | undefined {
  if (header === undefined) return undefined;
  const match = /^bytes=(\d+)-(\d+)$/.exec(header);
  const range = { start: Number(match?.[1]), end: Number(match?.[2]) };
  if (match === null || range.end < range.start) {
    const message =
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy';
    throw invalidArgument(call, message, 'x-amz-copy-source-range', header);
  }
  if (range.end >= size) {
    const message = `Range specified is not valid for source object of size: ${size}`;
    throw invalidArgument(call, message, 'x-amz-copy-source-range', header);
  }
  return range;
}
