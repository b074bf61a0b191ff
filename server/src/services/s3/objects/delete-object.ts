/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html: deleting what is not there succeeds. */
import type { Call } from '../../../contract/call.ts';
import type { Access } from '../../../contract/operation.ts';
import type { Input } from '../../../models/types.ts';
import { Conflict } from '../../../storage/database.ts';
import { objectAccess, versionAccess } from '../access.ts';
import { getBucket } from '../buckets/bucket.ts';
import type { S3Deps, S3Operation } from '../deps.ts';
import { conflictingOperation, noSuchKey, preconditionFailed } from '../refusals.ts';
import type { BucketRow } from '../tables.ts';
import { refuseUnsupported } from '../unsupported-headers.ts';
import { refuseLocked } from '../versions/object-lock.ts';
import { checkVersionId } from '../versions/version-id.ts';
import { findVersion } from '../versions/version-store.ts';
import { brokenCondition } from './conditions.ts';
import { type Deletion, deleteCurrent, deleteVersion } from './deletion.ts';
import { checkKey } from './object-key.ts';
import { findObject, requireEtag } from './object-store.ts';

type DeleteInput = Input<'s3', 'DeleteObject'>;

/** How often the object may be replaced between being read and being deleted. */
const attempts = 100;

export const deleteObject: S3Operation<'DeleteObject'> = {
  audit: { data: true },
  access: (input, call) => [
    ...versionAccess('s3:DeleteObject', 's3:DeleteObjectVersion')(input, call).map((one) => conditional(one, input)),
    // Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html
    ...(input.IfMatch && input.IfMatch !== '*' ? objectAccess('s3:GetObject')(input, call) : []),
    ...(input.BypassGovernanceRetention ? objectAccess('s3:BypassGovernanceRetention')(input, call) : []),
  ],
  async handle(input, call, deps) {
    checkKey(input.Key, call);
    checkVersionId(input.VersionId, call);
    refuseUnsupported(input, call);
    for (let attempt = 0; attempt < attempts; attempt++) {
      const bucket = await getBucket(deps, call, input);
      const { statements, event, versionId, isMarker } =
        input.VersionId === undefined
          ? await ofKey(input, bucket, call, deps)
          : await ofVersion(input, input.VersionId, bucket, call, deps);
      try {
        await deps.outbox.write(statements, ...(event ? [event] : []));
      } catch (error) {
        if (error instanceof Conflict) continue;
        throw error;
      }
      deps.collect();
      return {
        ...(versionId === undefined ? {} : { VersionId: versionId }),
        ...(isMarker ? { DeleteMarker: true } : {}),
      };
    }
    throw conflictingOperation(call);
  },
};

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-delete-enforce.html */
function conditional(access: Access, { IfMatch: etag }: { readonly IfMatch?: string | undefined }): Access {
  return etag === undefined ? access : { ...access, context: { 's3:if-match': etag } };
}

async function ofKey(input: DeleteInput, bucket: BucketRow, call: Call, deps: S3Deps): Promise<Deletion> {
  const row = await findObject(deps.database, bucket.name, input.Key);
  if (row === undefined && input.IfMatch !== undefined) throw noSuchKey(call, input.Key);
  const broken = row && brokenCondition({ ifMatch: input.IfMatch }, row.etag, row.last_modified);
  if (broken !== undefined) throw preconditionFailed(call, broken);
  const deletion = deleteCurrent(bucket, input.Key, row, call);
  if (row === undefined || input.IfMatch === undefined) return deletion;
  return { ...deletion, statements: [requireEtag(bucket.name, input.Key, row.etag), ...deletion.statements] };
}

async function ofVersion(
  input: DeleteInput,
  versionId: string,
  bucket: BucketRow,
  call: Call,
  deps: S3Deps,
): Promise<Deletion> {
  const version = await findVersion(deps.database, bucket.name, input.Key, versionId);
  if (version === undefined) return { statements: [], versionId };
  refuseLocked(version, input.BypassGovernanceRetention === true, call);
  return deleteVersion(bucket, version, call);
}
