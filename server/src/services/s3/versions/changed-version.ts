/** The version that a call names, or what the key holds now, and a change of its tags, its lock or its grants. */
import type { Call } from '../../../contract/call.ts';
import { Conflict } from '../../../storage/database.ts';
import { getBucket } from '../buckets/bucket.ts';
import type { Bucket } from '../buckets/bucket-cache.ts';
import type { S3Deps } from '../deps.ts';
import { findRow } from '../objects/read-object.ts';
import { versionMember } from '../objects/store-object.ts';
import { conflictingOperation } from '../refusals.ts';
import type { ObjectRow } from '../tables.ts';
import { checkVersionId } from './version-id.ts';
import { updateVersion } from './version-store.ts';

interface VersionInput {
  readonly Bucket: string;
  readonly Key: string;
  readonly VersionId?: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
}

/** How often the version may be replaced, or its lock be changed, meanwhile. */
const attempts = 20;

interface NamedVersion {
  readonly bucket: Bucket;
  readonly row: ObjectRow;
}

export async function getVersion(input: VersionInput, call: Call, deps: S3Deps): Promise<NamedVersion> {
  checkVersionId(input.VersionId, call);
  const bucket = await getBucket(deps, call, input);
  return { bucket, row: await findRow(bucket, input, call, deps) };
}

/** `change` checks the version and returns its new columns. */
export async function changeVersion(
  input: VersionInput,
  call: Call,
  deps: S3Deps,
  change: (version: NamedVersion) => Partial<Pick<ObjectRow, 'tags' | 'lock' | 'document'>>,
) {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const version = await getVersion(input, call, deps);
    const { bucket, row } = version;
    // A version that is requested by its id may be the key's latest.
    const isCurrent = input.VersionId === undefined || ('is_latest' in row && row.is_latest === 1);
    try {
      await deps.database.write([updateVersion(row, isCurrent, change(version), { lock: row.lock, seq: row.seq })]);
      return versionMember(bucket, row);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
    }
  }
  throw conflictingOperation(call);
}
