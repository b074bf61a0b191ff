/**
 * The one way an object's row is written: behind its bytes or together with them, with its event, under the request's condition. What it replaces
 * becomes a version where the bucket keeps versions; else its blob is freed after the commit, never before.
 */
import type { Call } from '../../../contract/call.ts';
import { Conflict, type Statement } from '../../../storage/database.ts';
import { findBucket } from '../buckets/bucket-store.ts';
import { kindOf } from '../bytes/blob-id.ts';
import type { S3Deps } from '../deps.ts';
import { discardObjectBlob } from '../garbage-store.ts';
import { noSuchBucket, noSuchKey, notImplemented, preconditionFailed } from '../refusals.ts';
import type { BucketRow, ObjectRow } from '../tables.ts';
import { newVersionId, nullVersion } from '../versions/version-id.ts';
import { keepCurrent, keepCurrentButNull, nextSequence } from '../versions/version-store.ts';
import { bareEtag } from './conditions.ts';
import { objectCreated } from './object-event.ts';
import { findObject, insertObjectRow, putObjectRow, requireEtag } from './object-store.ts';

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

/** A row but for what the bucket's versioning decides. */
export type NewObject = Omit<ObjectRow, 'version_id' | 'seq'>;

interface StoredObject {
  readonly bucket: BucketRow;
  readonly object: NewObject;
  readonly condition: WriteCondition;
  readonly reason: Parameters<typeof objectCreated>[3];
  /** The blob is named by this row alone, so a refused write takes it along. */
  readonly isNewBlob: boolean;
  /** What must hold before the row is written: a Conflict in one of these is thrown as it is. */
  readonly before?: readonly Statement[];
  /** The bytes, where they go into the database. */
  readonly bytes?: readonly Statement[];
}

/** How often the bucket's versioning may be switched meanwhile. */
const attempts = 5;

export async function storeObject(stored: StoredObject, call: Call, deps: S3Deps): Promise<ObjectRow> {
  const { object, condition, before = [], bytes = [] } = stored;
  let bucket: BucketRow | undefined = stored.bucket;
  let conflict: unknown;
  for (let attempt = 0; attempt < attempts && bucket; attempt++) {
    const row: ObjectRow = {
      ...object,
      version_id: bucket.versioning === 'Enabled' ? newVersionId() : nullVersion,
      seq: 0,
    };
    try {
      const statements = [...before, ...bytes, ...replace(bucket, row, condition)];
      await deps.outbox.write(statements, objectCreated(call, bucket, row, stored.reason));
      deps.collect();
      return row;
    } catch (error) {
      if (!(error instanceof Conflict) || error.index < before.length) {
        // Another failure than a conflict may have written: then the sweep decides.
        if (error instanceof Conflict) await dropNewBlob(stored, deps);
        throw error;
      }
      conflict = error;
      const now = await findBucket(deps.database, object.bucket);
      if (now && now.versioning === bucket.versioning) {
        await dropNewBlob(stored, deps);
        throw await refusal(object, condition, call, deps, error);
      }
      bucket = now;
    }
  }
  await dropNewBlob(stored, deps);
  throw bucket ? conflict : noSuchBucket(call, object.bucket);
}

async function dropNewBlob({ isNewBlob, object }: StoredObject, deps: S3Deps): Promise<void> {
  if (isNewBlob && kindOf(object.blob_id) === 'file') await deps.blobs.remove(object.blob_id);
}

function replace(bucket: BucketRow, row: ObjectRow, { ifMatch, ifNoneMatch }: WriteCondition): Statement[] {
  const { versioning } = bucket;
  const write = ifNoneMatch === undefined ? putObjectRow(row, versioning) : insertObjectRow(row, versioning);
  const etag = ifMatch?.trim() === '*' ? undefined : bareEtag(ifMatch ?? '');
  const required = ifMatch === undefined ? [] : [requireEtag(row.bucket, row.key, etag)];
  switch (versioning) {
    case 'Unversioned':
      return [...required, discardObjectBlob(row.bucket, row.key), write];
    case 'Enabled':
      return [...required, nextSequence(), keepCurrent(row.bucket, row.key), write];
    case 'Suspended':
      return [...required, nextSequence(), ...keepCurrentButNull(row.bucket, row.key), write];
  }
}

async function refusal(object: NewObject, condition: WriteCondition, call: Call, deps: S3Deps, cause: Conflict) {
  if (cause.reason === 'unique') return preconditionFailed(call, 'If-None-Match');
  if (condition.ifMatch === undefined) return noSuchBucket(call, object.bucket);
  const found = await findObject(deps.database, object.bucket, object.key);
  return found === undefined ? noSuchKey(call, object.key) : preconditionFailed(call, 'If-Match');
}

/** The members of an answer that describe the written version. */
export function versionMember(bucket: BucketRow, row: Pick<ObjectRow, 'version_id'>) {
  return bucket.versioning === 'Unversioned' ? {} : { VersionId: row.version_id };
}
