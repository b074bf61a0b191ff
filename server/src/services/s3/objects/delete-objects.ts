/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html: up to 1,000 keys in one write, each refused alone. */
import type { DeletedObject, _Error as S3Error } from '@aws-sdk/client-s3';
import type { Call } from '../../../contract/call.ts';
import { Conflict, type Statement } from '../../../storage/database.ts';
import { objectArn } from '../access.ts';
import { attachPolicies } from '../authorization/bucket-policies.ts';
import { getBucket } from '../buckets/bucket.ts';
import type { Bucket } from '../buckets/bucket-cache.ts';
import type { S3Deps, S3Operation } from '../deps.ts';
import { conflictingOperation, malformedXml } from '../refusals.ts';
import type { BucketRow, ObjectRow } from '../tables.ts';
import { isLocked, lockedMessage } from '../versions/object-lock.ts';
import { findVersion } from '../versions/version-store.ts';
import { brokenCondition } from './conditions.ts';
import { type Deletion, deleteCurrent, deleteVersion } from './deletion.ts';
import { isTooLong, keyTooLong } from './object-key.ts';
import { findObjects, requireEtag } from './object-store.ts';

const maxKeys = 1000;
const attempts = 100;

interface Wanted {
  readonly Key: string;
  readonly VersionId?: string | undefined;
  readonly ETag?: string | undefined;
}

export const deleteObjects: S3Operation<'DeleteObjects'> = {
  audit: { data: true },
  // Each key is authorized on its own: a refusal concerns only that key.
  access: () => [],
  async handle(input, call, deps) {
    const { Objects: wanted, Quiet: quiet } = input.Delete;
    if (!wanted?.length || wanted.length > maxKeys || wanted.some(({ Key: key }) => !key)) throw malformedXml(call);
    for (let attempt = 0; attempt < attempts; attempt++) {
      const bucket = await getBucket(deps, call, input);
      const bypass = input.BypassGovernanceRetention === true;
      const decided = await decideAll(wanted, bucket, bypass, call, deps);
      try {
        await deps.outbox.write(statementsOf(decided), ...decided.flatMap(({ deletion }) => deletion?.event ?? []));
      } catch (error) {
        if (error instanceof Conflict) continue;
        throw error;
      }
      deps.collect();
      return {
        Deleted: quiet ? [] : decided.flatMap(deletedOf),
        Errors: decided.flatMap(({ wanted: { Key, VersionId }, refusal }) =>
          refusal ? [{ Key, VersionId, ...refusal }] : [],
        ),
      };
    }
    throw conflictingOperation(call);
  },
};

interface Decided {
  readonly wanted: Wanted;
  readonly deletion?: Deletion;
  /** Where among the statements of its key it goes. */
  readonly turn?: Turn;
  readonly refusal?: S3Error;
}

/**
 * The order of one key's statements. Each is decided by what the key held before the batch: an older version goes before the latest, whose removal
 * would promote it, and a delete marker comes last, because it moves what the key holds.
 */
const turns = { olderVersion: 0, latestVersion: 1, key: 2 } as const;
type Turn = keyof typeof turns;

function statementsOf(decided: readonly Decided[]): Statement[] {
  const turnOf = ({ turn = 'key' }: Decided) => turns[turn];
  const inTurn = [...decided].sort((one, other) => turnOf(one) - turnOf(other));
  // What must hold of a key is looked at before anything of the batch is done.
  return [
    ...inTurn.flatMap(({ deletion }) => deletion?.required ?? []),
    ...inTurn.flatMap(({ deletion }) => deletion?.statements ?? []),
  ];
}

async function decideAll(
  wanted: readonly Wanted[],
  bucket: Bucket,
  bypass: boolean,
  call: Call,
  deps: S3Deps,
): Promise<Decided[]> {
  const keys = [
    ...new Set(wanted.flatMap(({ Key: key, VersionId: versionId }) => (versionId === undefined ? key : []))),
  ];
  const rows = new Map((await findObjects(deps.database, bucket.name, keys)).map((row) => [row.key, row]));
  const done = new Set<string>();
  const decided = await Promise.all(
    wanted.map(async (one): Promise<Decided> => {
      const place = JSON.stringify([one.Key, one.VersionId]);
      if (done.has(place)) return { wanted: one, deletion: { statements: [] } };
      done.add(place);
      // A marker would keep what no object can be called.
      if (isTooLong(one.Key)) return { wanted: one, refusal: keyTooLong };
      const denied = await denialOf(one, bucket, bypass, call, deps);
      if (denied) return { wanted: one, refusal: denied };
      if (one.VersionId === undefined) return decideKey(one, rows.get(one.Key), bucket, call);
      return decideVersion(one, one.VersionId, bucket, bypass, call, deps);
    }),
  );
  return bucket.versioning === 'Unversioned' ? withoutSecond(decided) : decided;
}

/** Without versions a key and its version `null` are one object, which is deleted once. */
function withoutSecond(decided: readonly Decided[]): Decided[] {
  const gone = new Set<string>();
  return decided.map((one) => {
    const { wanted, deletion } = one;
    if (!deletion || deletion.statements.length === 0) return one;
    if (gone.has(wanted.Key)) return { ...one, deletion: { ...deletion, statements: [] } };
    gone.add(wanted.Key);
    return one;
  });
}

async function denialOf(
  { Key: key, VersionId: versionId, ETag: etag }: Wanted,
  bucket: Bucket,
  bypass: boolean,
  call: Call,
  deps: S3Deps,
): Promise<S3Error | undefined> {
  const resource = objectArn(call, bucket.name, key);
  const action = versionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion';
  const asked = [
    { action, resource, ...(etag === undefined ? {} : { context: { 's3:if-match': etag } }) },
    ...(bypass ? [{ action: 's3:BypassGovernanceRetention', resource }] : []),
    ...(etag === undefined || etag === '*' ? [] : [{ action: 's3:GetObject', resource }]),
  ];
  const decision = await call.authorize(await attachPolicies(asked, call.account, deps.buckets));
  return decision.allowed ? undefined : { Code: 'AccessDenied', Message: decision.reason };
}

function decideKey(wanted: Wanted, row: ObjectRow | undefined, bucket: BucketRow, call: Call): Decided {
  const refusal = wanted.ETag === undefined ? undefined : brokenEtag(wanted.ETag, row);
  if (refusal) return { wanted, refusal };
  const deletion = deleteCurrent(bucket, wanted.Key, row, call);
  if (row === undefined || wanted.ETag === undefined) return { wanted, deletion, turn: 'key' };
  return { wanted, deletion: { ...deletion, required: requireEtag(bucket.name, wanted.Key, row.etag) }, turn: 'key' };
}

async function decideVersion(
  wanted: Wanted,
  versionId: string,
  bucket: Bucket,
  bypass: boolean,
  call: Call,
  deps: S3Deps,
): Promise<Decided> {
  const version = await findVersion(deps.database, bucket.name, wanted.Key, versionId);
  if (version === undefined) return { wanted, deletion: { statements: [], versionId } };
  const refusal = wanted.ETag === undefined ? undefined : brokenEtag(wanted.ETag, version);
  if (refusal) return { wanted, refusal };
  if (isLocked(version, bypass, call.now)) return { wanted, refusal: { Code: 'AccessDenied', Message: lockedMessage } };
  const turn = version.is_latest === 1 ? 'latestVersion' : 'olderVersion';
  return { wanted, deletion: deleteVersion(bucket, version, call), turn };
}

/** A new marker's id is answered as DeleteMarkerVersionId, a deleted version's id as it was requested. */
function deletedOf({ wanted: { Key, VersionId }, deletion }: Decided): DeletedObject[] {
  if (deletion === undefined) return [];
  const { versionId, isMarker } = deletion;
  return [{ Key, VersionId, ...(isMarker ? { DeleteMarker: true, DeleteMarkerVersionId: versionId } : {}) }];
}

function brokenEtag(etag: string, row: Pick<ObjectRow, 'etag' | 'last_modified'> | undefined): S3Error | undefined {
  if (row === undefined) return { Code: 'NoSuchKey', Message: 'The specified key does not exist.' };
  if (brokenCondition({ ifMatch: etag }, row.etag, row.last_modified) === undefined) return undefined;
  return { Code: 'PreconditionFailed', Message: 'At least one of the pre-conditions you specified did not hold' };
}
