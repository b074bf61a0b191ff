/** The one way a part's row is written, behind its bytes or together with them. A Conflict in the body's own statements is thrown as it is. */
import type { Call } from '../../../contract/call.ts';
import { Conflict } from '../../../storage/database.ts';
import { kindOf } from '../bytes/blob-id.ts';
import type { S3Deps } from '../deps.ts';
import { discardPartBlobs } from '../garbage-store.ts';
import type { ReceivedBody } from '../objects/receive-body.ts';
import { noSuchUpload } from '../refusals.ts';
import type { PartRow } from '../tables.ts';
import { putPart } from './upload-store.ts';

export async function storePart(
  uploadId: string,
  partNumber: number,
  body: Omit<ReceivedBody, 'checksumAlgorithm'>,
  call: Call,
  deps: S3Deps,
  isNewBlob = true,
): Promise<PartRow> {
  const row: PartRow = {
    upload_id: uploadId,
    part_number: partNumber,
    blob_id: body.blobId,
    size: body.size,
    etag: body.etag,
    last_modified: call.now.getTime(),
    checksum_value: body.checksum,
  };
  try {
    await deps.database.write([...body.statements, discardPartBlobs(uploadId, partNumber), putPart(row)]);
  } catch (error) {
    if (!(error instanceof Conflict) || error.index < body.statements.length) throw error;
    if (isNewBlob && kindOf(body.blobId) === 'file') await deps.blobs.remove(body.blobId);
    throw noSuchUpload(call, uploadId);
  }
  deps.collect();
  return row;
}
