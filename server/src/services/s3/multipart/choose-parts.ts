/** Which parts a completion names, checked in S3's order. Pure. */
import type { Call } from '../../../contract/call.ts';
import { checksumAlgorithms, checksumMember, isChecksumValue } from '../checksums/checksum.ts';
import { bareEtag } from '../objects/conditions.ts';
import { quoted } from '../objects/object.ts';
import { invalidArgument, invalidRequest, malformedXml } from '../refusals.ts';
import type { PartRow, UploadRow } from '../tables.ts';
import { maxParts } from './upload.ts';

/** Of all parts but the last. Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const minSize = 5 * 1024 ** 2;

interface AskedPart {
  readonly PartNumber?: number | undefined;
  readonly ETag?: string | undefined;
}

export function chooseParts(
  asked: readonly AskedPart[] | undefined,
  stored: readonly PartRow[],
  upload: UploadRow,
  call: Call,
): readonly PartRow[] {
  if (asked === undefined || asked.length === 0 || asked.length > maxParts) throw malformedXml(call);
  const byNumber = new Map(stored.map((part) => [part.part_number, part]));
  let before = 0;
  for (const { PartNumber: partNumber, ETag: etag } of asked) {
    if (partNumber === undefined || etag === undefined) throw malformedXml(call);
    if (partNumber <= before) {
      throw call.error(
        'InvalidPartOrder',
        'The list of parts was not in ascending order. Parts must be ordered by part number.',
        { fields: { UploadId: upload.upload_id } },
      );
    }
    before = partNumber;
  }
  const chosen = asked.map((part) => choose(part, byNumber.get(part.PartNumber ?? 0), upload, call));
  for (const part of chosen.slice(0, -1)) {
    if (part.size >= minSize) continue;
    throw call.error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
      fields: {
        ProposedSize: part.size,
        MinSizeAllowed: minSize,
        PartNumber: part.part_number,
        ETag: quoted(part.etag),
      },
    });
  }
  return chosen;
}

/** Text as AWS's, in OpenStack Swift's tests that run against it. */
function checkChecksums(asked: AskedPart, call: Call): void {
  const values = asked as Readonly<Record<string, string | undefined>>;
  const given = checksumAlgorithms.flatMap((algorithm) => {
    const value = values[checksumMember(algorithm)];
    return value === undefined ? [] : [{ algorithm, value }];
  });
  if (given.length <= 1 && given.every(({ algorithm, value }) => isChecksumValue(algorithm, value))) return;
  const told = given.map(({ algorithm, value }) => `${algorithm}:${value};`).join('');
  throw invalidArgument(call, 'Invalid Base64 or multiple checksums present in request', 'Checksum', told);
}

function choose(asked: AskedPart, found: PartRow | undefined, upload: UploadRow, call: Call): PartRow {
  const algorithm = upload.checksum_algorithm;
  const checksum = (asked as Record<string, unknown>)[checksumMember(algorithm)];
  checkChecksums(asked, call);
  const matches = found !== undefined && bareEtag(asked.ETag ?? '') === found.etag;
  if (!matches || (checksum !== undefined && checksum !== found.checksum_value)) {
    throw call.error(
      'InvalidPart',
      "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
      { fields: { UploadId: upload.upload_id, PartNumber: asked.PartNumber, ETag: bareEtag(asked.ETag ?? '') } },
    );
  }
  if (upload.checksum_type === 'COMPOSITE' && checksum === undefined) {
    throw invalidRequest(
      call,
      `The upload was created using a ${algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${asked.PartNumber} in the request.`,
    );
  }
  return found;
}
