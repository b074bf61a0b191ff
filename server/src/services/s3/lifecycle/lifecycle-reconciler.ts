/**
 * Carries out buckets' lifecycle rules by the platform's clock: expires objects, removes versions and lone delete markers, aborts uploads. Never
 * touches what a lock protects, and a write in between makes a deletion miss: the object is evaluated again in the next pass.
 */
import { type Reconciler, startReconciler } from '../../../engine/reconcile.ts';
import { Conflict } from '../../../storage/database.ts';
import { lifecycleActions } from '../bucket-configuration/lifecycle-rules.ts';
import type { Bucket } from '../buckets/bucket-cache.ts';
import type { S3Deps } from '../deps.ts';
import { discardPartBlobs } from '../garbage-store.ts';
import { removeParts, removeUpload } from '../multipart/upload-store.ts';
import { type Deletion, deleteCurrent, deleteVersion } from '../objects/deletion.ts';
import type { EventOrigin } from '../objects/object-event.ts';
import { findObject } from '../objects/object-store.ts';
import { tagsIn } from '../objects/object-tags.ts';
import { isLocked } from '../versions/object-lock.ts';
import { findVersion } from '../versions/version-store.ts';
import {
  type AgedVersion,
  listAgedUploads,
  listAgedVersions,
  listBucketsWithRules,
  requireCurrent,
  type VersionPlace,
} from './lifecycle-store.ts';

/** S3 runs rules once a day, after midnight UTC. */
const everyMs = 15 * 60_000;
const pageSize = 500;

type Act = 'expire' | 'delete-version' | 'remove-delete-marker' | undefined;

export function startLifecycle(deps: S3Deps): Reconciler {
  const { database, background, clock, log } = deps;
  return startReconciler({
    name: 's3-lifecycle',
    list: () => listBucketsWithRules(database),
    step: async (name, signal) => {
      const bucket = await deps.buckets.find(name);
      if (bucket === undefined) return undefined;
      const versions = await ageVersions(bucket, deps, signal);
      const uploads = await ageUploads(bucket, deps, signal);
      if (versions + uploads > 0) log.info('lifecycle rules were carried out', { bucket: name, versions, uploads });
      return undefined;
    },
    everyMs,
    concurrency: 1,
    background,
    clock,
    log,
  });
}

const originOf = ({ clock }: S3Deps): EventOrigin => ({
  now: clock.now(),
  requestId: '',
  sourceIp: '',
  principal: { account: 's3.amazonaws.com' },
  reason: 'Lifecycle Expiration',
});

async function ageVersions(bucket: Bucket, deps: S3Deps, signal: AbortSignal): Promise<number> {
  let done = 0;
  let after: VersionPlace | undefined;
  /** The version before, of the same key: the next newer one. */
  let newer: AgedVersion | undefined;
  let noncurrent = 0;
  for (;;) {
    const page = await listAgedVersions(deps.database, bucket.name, after, pageSize);
    for (const [at, version] of page.entries()) {
      if (newer?.key !== version.key) {
        newer = undefined;
        noncurrent = 0;
      }
      // At the end of a page nothing is known of what follows: then it counts as being there until the next time.
      const next = page[at + 1];
      const isLone = next ? next.key !== version.key : page.length < pageSize;
      const act = decide(bucket, version, newer, noncurrent, isLone, deps.clock.now());
      if (act !== undefined && (await carryOut(act, version, bucket, deps))) done += 1;
      if (version.is_latest === 0) noncurrent += 1;
      newer = version;
    }
    signal.throwIfAborted();
    const last = page.at(-1);
    if (page.length < pageSize || last === undefined) return done;
    after = last;
  }
}

function decide(
  bucket: Bucket,
  version: AgedVersion,
  newer: AgedVersion | undefined,
  newerNoncurrentVersions: number,
  isLone: boolean,
  now: Date,
): Act {
  const common = {
    key: version.key,
    size: version.size,
    tags: tagsIn(version).map(([Key, Value]) => ({ Key, Value })),
    isDeleteMarker: version.is_marker === 1,
  };
  const facts =
    version.is_latest === 1
      ? {
          ...common,
          kind: 'current' as const,
          lastModified: new Date(version.last_modified),
          hasNoncurrentVersions: !isLone,
        }
      : {
          ...common,
          kind: 'noncurrent' as const,
          noncurrentSince: new Date(newer?.last_modified ?? version.last_modified),
          newerNoncurrentVersions,
        };
  return lifecycleActions(bucket.configuration.lifecycle?.Rules ?? [], facts, now)[0]?.action as Act;
}

/** Whether it was done. */
async function carryOut(act: NonNullable<Act>, { key, version_id: id }: AgedVersion, bucket: Bucket, deps: S3Deps) {
  const deletion = await deletionOf(act, key, id, bucket, deps);
  return deletion !== undefined && writeUnlessChanged(deletion, deps);
}

async function deletionOf(
  act: NonNullable<Act>,
  key: string,
  versionId: string,
  bucket: Bucket,
  deps: S3Deps,
): Promise<Deletion | undefined> {
  const origin = originOf(deps);
  if (act === 'expire') {
    const row = await findObject(deps.database, bucket.name, key);
    if (row?.version_id !== versionId) return undefined;
    // Under versions only a marker is put before it, which a lock allows.
    if (bucket.versioning === 'Unversioned' && isLocked(row, false, origin.now)) return undefined;
    const deletion = deleteCurrent(bucket, key, row, origin);
    return { ...deletion, statements: [requireCurrent(row), ...deletion.statements] };
  }
  const version = await findVersion(deps.database, bucket.name, key, versionId);
  if (version === undefined || isLocked(version, false, origin.now)) return undefined;
  // It may be the latest by now.
  if (act === 'delete-version' && version.is_latest === 1) return undefined;
  return deleteVersion(bucket, version, origin);
}

async function ageUploads(bucket: Bucket, deps: S3Deps, signal: AbortSignal): Promise<number> {
  const rules = bucket.configuration.lifecycle?.Rules ?? [];
  let done = 0;
  for (let after = ''; ; ) {
    const page = await listAgedUploads(deps.database, bucket.name, after, pageSize);
    for (const { key, upload_id: id, initiated_at: time } of page) {
      const facts = { kind: 'upload' as const, key, initiated: new Date(time) };
      if (lifecycleActions(rules, facts, deps.clock.now()).length === 0) continue;
      const statements = [discardPartBlobs(id), removeParts(id), removeUpload(id)];
      if (await writeUnlessChanged({ statements }, deps)) done += 1;
    }
    signal.throwIfAborted();
    const last = page.at(-1);
    if (page.length < pageSize || last === undefined) return done;
    after = last.upload_id;
  }
}

async function writeUnlessChanged({ statements, event }: Deletion, deps: S3Deps): Promise<boolean> {
  try {
    await deps.outbox.write(statements, ...(event ? [event] : []));
  } catch (error) {
    if (error instanceof Conflict) return false;
    throw error;
  }
  deps.collect();
  return true;
}
