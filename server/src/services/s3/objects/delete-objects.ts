/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html: up to 1,000 keys in one write. */
import type { DeletedObject, _Error as S3Error } from '@aws-sdk/client-s3';
import type { Call } from '../../../contract/call.ts';
import { Conflict } from '../../../storage/database.ts';
import { objectArn } from '../access.ts';
import { getBucket } from '../buckets/bucket.ts';
import type { S3Deps, S3Operation } from '../deps.ts';
import { discardObjectBlob } from '../garbage-store.ts';
import { conflictingOperation, malformedXml } from '../refusals.ts';
import type { BucketRow } from '../tables.ts';
import { brokenCondition } from './conditions.ts';
import { objectDeleted } from './object-event.ts';
import { findObjects, removeObject } from './object-store.ts';

const maxKeys = 1000;
const attempts = 100;

interface Wanted {
  readonly Key: string;
  readonly VersionId?: string | undefined;
  readonly ETag?: string | undefined;
}

export const deleteObjects: S3Operation<'DeleteObjects'> = {
  access: (input) => {
    // A request without keys is refused later; until then it asks for any.
    const keys = new Set(input.Delete?.Objects?.length ? input.Delete.Objects.map(({ Key: key }) => key) : ['*']);
    return [...keys].map((key) => ({ action: 's3:DeleteObject', resource: objectArn(input.Bucket, key) }));
  },
  async handle(input, call, deps) {
    const { Objects: wanted, Quiet: quiet } = input.Delete;
    if (!wanted?.length || wanted.length > maxKeys || wanted.some(({ Key: key }) => !key)) throw malformedXml(call);
    const bucket = await getBucket(deps, call, input);
    for (let attempt = 0; attempt < attempts; attempt++) {
      try {
        const { deleted, errors } = await deleteAll(wanted, bucket, call, deps);
        return { Deleted: quiet ? [] : deleted, Errors: errors };
      } catch (error) {
        if (!(error instanceof Conflict)) throw error;
      }
    }
    throw conflictingOperation(call);
  },
};

async function deleteAll(wanted: readonly Wanted[], bucket: BucketRow, call: Call, deps: S3Deps) {
  const keys = [...new Set(wanted.map(({ Key: key }) => key))];
  const rows = new Map((await findObjects(deps.database, bucket.name, keys)).map((row) => [row.key, row]));
  const removed = new Set<string>();
  const deleted: DeletedObject[] = [];
  const errors: S3Error[] = [];
  for (const { Key: key, VersionId: versionId, ETag: etag } of wanted) {
    const row = rows.get(key);
    const refusal = refusalOf(versionId, etag, row);
    if (refusal !== undefined) errors.push({ Key: key, VersionId: versionId, ...refusal });
    else deleted.push({ Key: key, VersionId: versionId });
    if (refusal === undefined && row !== undefined) removed.add(key);
  }
  if (removed.size > 0) {
    await deps.database.write(
      [...rows.values()]
        .filter(({ key }) => removed.has(key))
        .flatMap((row) => [
          discardObjectBlob(bucket.name, row.key),
          removeObject(row),
          deps.outbox.add(objectDeleted(call, bucket, row.key)),
        ]),
    );
    deps.outbox.wake();
    deps.collect();
  }
  return { deleted, errors };
}

function refusalOf(
  versionId: string | undefined,
  etag: string | undefined,
  row: { readonly etag: string; readonly last_modified: number } | undefined,
) {
  if (versionId !== undefined && versionId !== 'null') {
    return { Code: 'NoSuchVersion', Message: 'The specified version does not exist.' };
  }
  if (etag === undefined) return undefined;
  if (row === undefined) return { Code: 'NoSuchKey', Message: 'The specified key does not exist.' };
  if (brokenCondition({ ifMatch: etag }, row.etag, row.last_modified) === undefined) return undefined;
  return { Code: 'PreconditionFailed', Message: 'At least one of the pre-conditions you specified did not hold' };
}
