/**
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html: a part that is a whole object names the object's bytes; any other is
 * read and written.
 */
import type { Call } from '../../../contract/call.ts';
import type { ByteRange } from '../../../storage/blobs.ts';
import { Conflict } from '../../../storage/database.ts';
import { kindOf } from '../bytes/blob-id.ts';
import { encryptionIn, encryptionMembers } from '../bytes/encryption.ts';
import { openBytes } from '../bytes/open-bytes.ts';
import type { S3Deps, S3Operation } from '../deps.ts';
import { nothingExpected } from '../objects/body-expectations.ts';
import { isSameSecret } from '../objects/copy-object.ts';
import { type FoundSource, getCopySource, getSource, sourceAccess } from '../objects/copy-source.ts';
import { partAccess } from '../objects/new-object.ts';
import { checksumMembers, documentIn, quoted, secondsOf } from '../objects/object.ts';
import { requireBlob } from '../objects/object-store.ts';
import { receiveBody } from '../objects/receive-body.ts';
import { conflictingOperation, invalidArgument } from '../refusals.ts';
import type { PartRow, UploadRow } from '../tables.ts';
import { refuseUnsupported } from '../unsupported-headers.ts';
import { storePart } from './store-part.ts';
import { checkPartNumber, getUpload, secretOfUpload } from './upload.ts';

/** How often the source may be replaced between its row and its bytes being read. */
const attempts = 10;

export const uploadPartCopy: S3Operation<'UploadPartCopy'> = {
  audit: { data: true },
  access: (input, call) => [...sourceAccess(input, call), ...partAccess(input, call)],
  async handle(input, call, deps) {
    checkPartNumber(input.PartNumber, call);
    refuseUnsupported(input, call);
    const from = getCopySource(input, call);
    const { upload } = await getUpload(deps, call, input);
    const secret = secretOfUpload(upload, input, call, deps);
    for (let attempt = 0; attempt < attempts; attempt++) {
      const source = await getSource(from, input, call, deps);
      const range = readCopyRange(input.CopySourceRange, source.row.size, call);
      const row = await copyPart({ upload, source, range, secret, partNumber: input.PartNumber }, call, deps);
      if (row === undefined) continue;
      const isVersioned = source.bucket.versioning !== 'Unversioned';
      return {
        CopyPartResult: {
          ETag: quoted(row.etag),
          LastModified: secondsOf(row.last_modified),
          ...checksumMembers(upload.checksum_algorithm, undefined, row.checksum_value),
        },
        ...encryptionMembers(encryptionIn(upload)),
        ...(isVersioned ? { CopySourceVersionId: source.row.version_id } : {}),
      };
    }
    throw conflictingOperation(call);
  },
};

interface PartCopy {
  readonly upload: UploadRow;
  readonly source: FoundSource;
  readonly range: ByteRange | undefined;
  readonly secret: Uint8Array | undefined;
  readonly partNumber: number;
}

/** Undefined: the source changed on the way. */
async function copyPart(copy: PartCopy, call: Call, deps: S3Deps): Promise<PartRow | undefined> {
  const { upload, source, range, secret, partNumber } = copy;
  const { row } = source;
  if (isNameable(copy)) {
    const body = {
      blobId: row.blob_id,
      size: row.size,
      etag: row.etag,
      checksum: row.checksum_value,
      statements: [requireBlob(row)],
    };
    try {
      return await storePart(upload.upload_id, partNumber, body, call, deps, false);
    } catch (error) {
      if (error instanceof Conflict) return undefined;
      throw error;
    }
  }
  const bytes = await openBytes(
    { blobId: row.blob_id, secret: source.secret, range: row.size === 0 ? undefined : range },
    deps,
  );
  if (bytes === undefined) return undefined;
  const kept = { algorithm: upload.checksum_algorithm, secret };
  const body = await receiveBody(bytes, nothingExpected, call, deps, kept);
  return storePart(upload.upload_id, partNumber, body, call, deps);
}

/** Whether the part may name the source's blob: it is one piece, wanted whole, with the digests and the key that the part needs. */
function isNameable({ upload, source, range, secret }: PartCopy): boolean {
  const { row } = source;
  const isWhole = range === undefined || (range.start === 0 && range.end === row.size - 1);
  return (
    isWhole &&
    kindOf(row.blob_id) !== 'composite' &&
    documentIn(row).parts === undefined &&
    row.checksum_algorithm === upload.checksum_algorithm &&
    isSameSecret(source.secret, secret)
  );
}

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
