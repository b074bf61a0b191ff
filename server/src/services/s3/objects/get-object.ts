/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
import { versionAccess } from '../access.ts';
import { encryptionIn, secretFor } from '../bytes/encryption.ts';
import { openBytes } from '../bytes/open-bytes.ts';
import type { S3Operation } from '../deps.ts';
import { conflictingOperation } from '../refusals.ts';
import { partChecksum } from './part-checksum.ts';
import { answerOf, findForReading, selectBytes } from './read-object.ts';

/** How often an object may be replaced between its row and its bytes being read. */
const attempts = 10;

export const getObject: S3Operation<'GetObject'> = {
  audit: { data: true },
  access: versionAccess('s3:GetObject', 's3:GetObjectVersion'),
  async handle(input, call, deps) {
    let missing: string | undefined;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const found = await findForReading(input, call, deps);
      const { row } = found;
      const secret = secretFor(encryptionIn(row), input, deps.objectSecret, call);
      const selection = selectBytes(input, row, call);
      const whole = answerOf(input, found, selection);
      const answer = input.PartNumber === undefined ? whole : { ...whole, ...(await partChecksum(input, row, deps)) };
      if (selection.length === 0) return { ...answer, Body: new Uint8Array() };
      const wanted = { blobId: row.blob_id, secret, range: selection.range, small: row.bytes };
      const body = await openBytes(wanted, deps);
      if (body !== undefined) return { ...answer, Body: body };
      if (row.blob_id === missing) throw new Error(`the bytes ${missing} of ${row.bucket}/${row.key} are gone`);
      missing = row.blob_id;
    }
    throw conflictingOperation(call);
  },
};
