/**
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html: an upload that was completed is aborted without effect, as long as its
 * object is there (observed on AWS for hours): clients that abort in a `finally` do not fail.
 */
import { Conflict } from '../../../storage/database.ts';
import { objectAccess } from '../access.ts';
import { getBucket } from '../buckets/bucket.ts';
import type { S3Operation } from '../deps.ts';
import { discardPartBlobs } from '../garbage-store.ts';
import { noSuchUpload } from '../refusals.ts';
import { findCompleted } from '../versions/version-store.ts';
import { findUpload, removeParts, removeUpload } from './upload-store.ts';

export const abortMultipartUpload: S3Operation<'AbortMultipartUpload'> = {
  audit: { data: true },
  access: objectAccess('s3:AbortMultipartUpload'),
  async handle(input, call, deps) {
    const bucket = await getBucket(deps, call, input);
    const { Key: key, UploadId: id } = input;
    const upload = await findUpload(deps.database, id);
    if (upload?.bucket === bucket.name && upload.key === key) {
      try {
        await deps.database.write([discardPartBlobs(id), removeParts(id), removeUpload(id)]);
        deps.collect();
        return {};
      } catch (error) {
        // Completed or aborted meanwhile.
        if (!(error instanceof Conflict)) throw error;
      }
    }
    if ((await findCompleted(deps.database, bucket.name, key, id)) === undefined) throw noSuchUpload(call, id);
    return {};
  },
};
