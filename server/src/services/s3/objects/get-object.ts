/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
import { objectAccess } from '../access.ts';
import type { S3Operation } from '../deps.ts';
import { conflictingOperation } from '../refusals.ts';
import { openBlob } from './open-blob.ts';
import { answerOf, getObjectRow, selectBytes } from './read-object.ts';

/** How often an object may be replaced between its row and its bytes being read. */
const attempts = 10;

export const getObject: S3Operation<'GetObject'> = {
  access: objectAccess('s3:GetObject'),
  async handle(input, call, deps) {
    let missing: string | undefined;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const row = await getObjectRow(input, call, deps);
      const selection = selectBytes(input, row, call);
      const answer = answerOf(input, row, selection);
      if (selection.length === 0) return { ...answer, Body: new Uint8Array() };
      const body = await openBlob(deps.blobs, row.blob_id, selection.range);
      if (body !== undefined) return { ...answer, Body: body };
      if (row.blob_id === missing)
        throw new Error(`the blob ${missing} of ${row.bucket}/${row.key} is not on the disk`);
      missing = row.blob_id;
    }
    throw conflictingOperation(call);
  },
};
