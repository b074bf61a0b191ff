/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html */
import { Conflict } from '../../../storage/database.ts';
import { objectAccess } from '../access.ts';
import type { S3Operation } from '../deps.ts';
import { discardPartBlobs } from '../garbage-store.ts';
import { noSuchUpload } from '../refusals.ts';
import { getUpload } from './upload.ts';
import { removeParts, removeUpload } from './upload-store.ts';

export const abortMultipartUpload: S3Operation<'AbortMultipartUpload'> = {
  access: objectAccess('s3:AbortMultipartUpload'),
  async handle(input, call, deps) {
    const { upload } = await getUpload(deps, call, input);
    const id = upload.upload_id;
    try {
      await deps.database.write([discardPartBlobs(id), removeParts(id), removeUpload(id)]);
    } catch (error) {
      throw error instanceof Conflict ? noSuchUpload(call, id) : error;
    }
    deps.collect();
    return {};
  },
};
