/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html: deleting what is not there succeeds. */
import { Conflict } from '../../../storage/database.ts';
import { objectAccess } from '../access.ts';
import { getBucket } from '../buckets/bucket.ts';
import type { S3Operation } from '../deps.ts';
import { discardObjectBlob } from '../garbage-store.ts';
import { conflictingOperation, noSuchKey, preconditionFailed } from '../refusals.ts';
import { refuseUnsupported } from '../unsupported-headers.ts';
import { brokenCondition } from './conditions.ts';
import { objectDeleted } from './object-event.ts';
import { checkKey, checkVersionId } from './object-key.ts';
import { findObject, removeObject } from './object-store.ts';

/** How often the object may be replaced between being read and being deleted. */
const attempts = 100;

export const deleteObject: S3Operation<'DeleteObject'> = {
  access: objectAccess('s3:DeleteObject'),
  async handle(input, call, deps) {
    checkKey(input.Key, call);
    checkVersionId(input.VersionId, call);
    refuseUnsupported(input, call);
    const bucket = await getBucket(deps, call, input);
    for (let attempt = 0; attempt < attempts; attempt++) {
      const row = await findObject(deps.database, bucket.name, input.Key);
      if (row === undefined) {
        if (input.IfMatch !== undefined) throw noSuchKey(call, input.Key);
        return {};
      }
      const broken = brokenCondition({ ifMatch: input.IfMatch }, row.etag, row.last_modified);
      if (broken !== undefined) throw preconditionFailed(call, broken);
      try {
        await deps.database.write([
          discardObjectBlob(bucket.name, row.key),
          removeObject(row),
          deps.outbox.add(objectDeleted(call, bucket, row.key)),
        ]);
      } catch (error) {
        if (error instanceof Conflict) continue;
        throw error;
      }
      deps.outbox.wake();
      deps.collect();
      return {};
    }
    throw conflictingOperation(call);
  },
};
