/**
 * Object lock: what keeps a version from being deleted, and the bucket's usual. Pure but for the call's clock.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
 */
import type { Call } from '../../../contract/call.ts';
import { invalidArgument, invalidRequest } from '../refusals.ts';
import type { BucketRow, ObjectRow } from '../tables.ts';

export type RetentionMode = 'GOVERNANCE' | 'COMPLIANCE';

/** What a version's row keeps, as JSON. */
export interface VersionLock {
  readonly mode?: RetentionMode;
  /** Milliseconds since 1970. */
  readonly until?: number;
  /** False if a hold was removed: responses still show it. */
  readonly legalHold?: boolean;
}

/** What a bucket's row keeps, as JSON, where locks are enabled. */
export interface BucketLock {
  readonly mode?: RetentionMode;
  readonly days?: number;
  readonly years?: number;
}

export interface LockInput {
  readonly ObjectLockMode?: string | undefined;
  readonly ObjectLockRetainUntilDate?: Date | undefined;
  readonly ObjectLockLegalHoldStatus?: string | undefined;
}

const dayMs = 86_400_000;

export function bucketLockIn(bucket: BucketRow): BucketLock | undefined {
  return bucket.object_lock === null ? undefined : (JSON.parse(bucket.object_lock) as BucketLock);
}

export function versionLockIn(row: Pick<ObjectRow, 'lock'>): VersionLock {
  return row.lock === null ? {} : (JSON.parse(row.lock) as VersionLock);
}

export function lockColumn(lock: VersionLock): string | null {
  return lock.mode === undefined && lock.legalHold === undefined ? null : JSON.stringify(lock);
}

export function retentionModeOf(mode: string | undefined, call: Call): RetentionMode {
  if (mode === 'GOVERNANCE' || mode === 'COMPLIANCE') return mode;
  throw invalidArgument(call, 'Unknown wormMode directive.', 'x-amz-object-lock-mode', mode ?? 'null');
}

/** The lock of a new object: the request's, else the bucket's usual. */
export function lockOf(input: LockInput, bucket: BucketRow, call: Call): string | null {
  const { ObjectLockMode: mode, ObjectLockRetainUntilDate: until, ObjectLockLegalHoldStatus: hold } = input;
  const ofBucket = bucketLockIn(bucket);
  if (ofBucket === undefined) {
    if (mode === undefined && until === undefined && hold === undefined) return null;
    throw invalidRequest(call, 'Bucket is missing Object Lock Configuration');
  }
  if ((mode === undefined) !== (until === undefined)) {
    throw invalidArgument(
      call,
      'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied',
      mode === undefined ? 'x-amz-object-lock-mode' : 'x-amz-object-lock-retain-until-date',
      'null',
    );
  }
  if (hold !== undefined && hold !== 'ON' && hold !== 'OFF') {
    throw invalidArgument(call, 'Legal Hold must be either of ON or OFF', 'x-amz-object-lock-legal-hold', hold);
  }
  const retention = mode === undefined ? usualRetention(ofBucket, call.now) : readRetention(mode, until, call);
  return lockColumn({ ...retention, ...(hold === undefined ? {} : { legalHold: hold === 'ON' }) });
}

function usualRetention({ mode, days, years }: BucketLock, now: Date): VersionLock {
  if (mode === undefined) return {};
  if (days !== undefined) return { mode, until: now.getTime() + days * dayMs };
  const until = new Date(now);
  until.setUTCFullYear(until.getUTCFullYear() + (years ?? 0));
  return { mode, until: until.getTime() };
}

export function readRetention(mode: string, until: Date | undefined, call: Call): VersionLock {
  if (until === undefined || until.getTime() <= call.now.getTime()) {
    const value = until?.toISOString() ?? 'null';
    throw invalidArgument(
      call,
      'The retain until date must be in the future!',
      'x-amz-object-lock-retain-until-date',
      value,
    );
  }
  return { mode: retentionModeOf(mode, call), until: until.getTime() };
}

/** Throws where the version may not go yet. `bypass`: the caller may and wants to pass by GOVERNANCE. */
export function refuseLocked(row: Pick<ObjectRow, 'lock'>, bypass: boolean, call: Call): void {
  if (isLocked(row, bypass, call.now)) throw objectLocked(call);
}

export function isLocked(row: Pick<ObjectRow, 'lock'>, bypass: boolean, now: Date): boolean {
  const { mode, until = 0, legalHold } = versionLockIn(row);
  if (legalHold) return true;
  return until > now.getTime() && (mode === 'COMPLIANCE' || !bypass);
}

export const lockedMessage = 'Access Denied because object protected by object lock.';

export function objectLocked(call: Call) {
  return call.error('AccessDenied', lockedMessage, { status: 403 });
}

/** The members of an answer that tell of it. */
export function lockMembers(row: Pick<ObjectRow, 'lock'>) {
  if (row.lock === null) return {};
  const { mode, until, legalHold } = versionLockIn(row);
  return {
    ...(mode ? { ObjectLockMode: mode, ObjectLockRetainUntilDate: new Date(until ?? 0) } : {}),
    ...(legalHold === undefined ? {} : { ObjectLockLegalHoldStatus: legalHold ? ('ON' as const) : ('OFF' as const) }),
  };
}

export function requireLocks(bucket: BucketRow, call: Call): void {
  if (bucket.object_lock === null) throw invalidRequest(call, 'Bucket is missing Object Lock Configuration');
}

export function noLockOnObject(call: Call) {
  return call.error('NoSuchObjectLockConfiguration', 'The specified object does not have a ObjectLock configuration', {
    status: 404,
  });
}
