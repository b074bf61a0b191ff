/**
 * The checksum of a part that a reader requests by its number; clients check the bytes against it. As AWS answers, in OpenStack
 * Swift's tests that run against it (test_get_part).
 */
import { kindOf } from '../bytes/blob-id.ts';
import { listSegments } from '../bytes/byte-store.ts';
import type { S3Deps } from '../deps.ts';
import type { ObjectRow } from '../tables.ts';
import { checksumMembers } from './object.ts';

interface PartInput {
  readonly PartNumber?: number | undefined;
  readonly ChecksumMode?: string | undefined;
}

/** The part must exist. Undefined if no part or no checksum is requested. */
export async function partChecksum(
  { PartNumber: number, ChecksumMode: mode }: PartInput,
  row: ObjectRow,
  deps: S3Deps,
) {
  if (number === undefined || mode !== 'ENABLED') return {};
  const { checksum_algorithm: algorithm, checksum_type: type } = row;
  if (kindOf(row.blob_id) !== 'composite') return checksumMembers(algorithm, type, row.checksum_value);
  // The reader's numbers count the parts that there are; the writer's may have gaps.
  const part = (await listSegments(deps.database, row.blob_id, 0, number)).at(number - 1);
  return part === undefined ? {} : checksumMembers(algorithm, type, part.checksum_value);
}
