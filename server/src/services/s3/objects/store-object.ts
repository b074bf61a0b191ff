/**
 * The one way an object's row is written: behind its bytes, together with its event, under the request's condition. The replaced blob is freed
 * after the commit, never before.
 */
import type { Call } from '../../../contract/call.ts';
import { Conflict, type Statement } from '../../../storage/database.ts';
import type { S3Deps } from '../deps.ts';
import { discardObjectBlob } from '../garbage-store.ts';
import { noSuchBucket, noSuchKey, notImplemented, preconditionFailed } from '../refusals.ts';
import type { BucketRow, ObjectRow } from '../tables.ts';
import { bareEtag } from './conditions.ts';
import { objectCreated } from './object-event.ts';
import { findObject, insertObjectRow, putObjectRow, updateObjectRow } from './object-store.ts';

interface WriteCondition {
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
}

export function writeCondition(
  input: { readonly IfMatch?: string | undefined; readonly IfNoneMatch?: string | undefined },
  call: Call,
): WriteCondition {
  // Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
  if (input.IfNoneMatch !== undefined && input.IfNoneMatch.trim() !== '*') throw notImplemented(call, 'If-None-Match');
  if (input.IfMatch !== undefined && input.IfNoneMatch !== undefined) throw notImplemented(call, 'If-Match');
  return { ifMatch: input.IfMatch, ifNoneMatch: input.IfNoneMatch };
}

interface StoredObject {
  readonly bucket: BucketRow;
  readonly row: ObjectRow;
  readonly condition: WriteCondition;
  readonly reason: Parameters<typeof objectCreated>[3];
  /** The blob is named by this row alone, so a refused write takes it along. */
  readonly isNewBlob: boolean;
  /** What must hold before the row is written: a Conflict in one of these is thrown as it is. */
  readonly before?: readonly Statement[];
}

export async function storeObject(stored: StoredObject, call: Call, deps: S3Deps): Promise<void> {
  const { bucket, row, condition, before = [] } = stored;
  const statements = [
    ...before,
    discardObjectBlob(row.bucket, row.key),
    rowStatement(row, condition),
    deps.outbox.add(objectCreated(call, bucket, row, stored.reason)),
  ];
  try {
    await deps.database.write(statements);
  } catch (error) {
    // Any other failure may have written: then the sweep decides.
    if (error instanceof Conflict && stored.isNewBlob) await deps.blobs.remove(row.blob_id);
    if (!(error instanceof Conflict) || error.index < before.length) throw error;
    throw await refusal(row, condition, call, deps, error);
  }
  deps.outbox.wake();
  deps.collect();
}

function rowStatement(row: ObjectRow, { ifMatch, ifNoneMatch }: WriteCondition): Statement {
  if (ifNoneMatch !== undefined) return insertObjectRow(row);
  if (ifMatch === undefined) return putObjectRow(row);
  return updateObjectRow(row, ifMatch.trim() === '*' ? undefined : bareEtag(ifMatch));
}

async function refusal(row: ObjectRow, condition: WriteCondition, call: Call, deps: S3Deps, cause: Conflict) {
  if (cause.reason === 'unique') return preconditionFailed(call, 'If-None-Match');
  if (condition.ifMatch === undefined) return noSuchBucket(call, row.bucket);
  const found = await findObject(deps.database, row.bucket, row.key);
  return found === undefined ? noSuchKey(call, row.key) : preconditionFailed(call, 'If-Match');
}
