/** What deleting a key, or one of its versions, writes. The one way a row goes, but for the bucket's own rules. */
import type { PlatformEvent } from '../../../contract/event.ts';
import type { Statement } from '../../../storage/database.ts';
import { discardObjectBlob } from '../garbage-store.ts';
import type { BucketRow, ObjectRow } from '../tables.ts';
import { newVersionId, nullVersion } from '../versions/version-id.ts';
import {
  dropCurrent,
  type FoundVersion,
  insertMarker,
  keepCurrent,
  keepCurrentButNull,
  nextSequence,
  promoteLatest,
  removeReadVersion,
} from '../versions/version-store.ts';
import { type EventOrigin, objectDeleted } from './object-event.ts';
import { removeObject } from './object-store.ts';

export interface Deletion {
  readonly statements: readonly Statement[];
  /** The event that reports it. */
  readonly event?: PlatformEvent;
  /** What must hold before; misses where it does not. */
  readonly required?: Statement;
  /** The deleted version, or the new marker. */
  readonly versionId?: string;
  /** A marker is created or deleted. */
  readonly isMarker?: true;
}

/** The key holds nothing from now on: for good, or under a delete marker. `row` is what it held. */
export function deleteCurrent(bucket: BucketRow, key: string, row: ObjectRow | undefined, call: EventOrigin): Deletion {
  if (bucket.versioning === 'Unversioned') {
    if (row === undefined) return { statements: [] };
    return {
      statements: [discardObjectBlob(bucket.name, key), removeObject(row)],
      event: objectDeleted(call, bucket, key),
    };
  }
  const versionId = bucket.versioning === 'Enabled' ? newVersionId() : nullVersion;
  const kept = bucket.versioning === 'Enabled' ? [keepCurrent(bucket.name, key)] : keepCurrentButNull(bucket.name, key);
  const marker = { bucket: bucket.name, key, version_id: versionId, last_modified: call.now.getTime() };
  return {
    versionId,
    isMarker: true,
    statements: [nextSequence(), ...kept, dropCurrent(bucket.name, key), insertMarker(marker, bucket.versioning)],
    event: objectDeleted(call, bucket, key, versionId, 'Delete Marker Created'),
  };
}

/** Deletes the version; if it was the latest, the one before it becomes the latest. */
export function deleteVersion(bucket: BucketRow, version: FoundVersion, call: EventOrigin): Deletion {
  const { key, version_id: versionId, is_marker: isMarker, is_latest: isLatest } = version;
  const isCurrent = isLatest === 1 && isMarker === 0;
  const removal = isCurrent
    ? [discardObjectBlob(bucket.name, key, versionId), removeObject(version)]
    : removeReadVersion(version);
  return {
    versionId,
    ...(isMarker ? { isMarker: true } : {}),
    statements: [...removal, ...(bucket.versioning === 'Unversioned' ? [] : promoteLatest(bucket.name, key))],
    event: objectDeleted(call, bucket, key, versionId),
  };
}
