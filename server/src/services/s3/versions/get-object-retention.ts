/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectRetention.html */
import { objectAccess } from '../access.ts';
import type { S3Operation } from '../deps.ts';
import { getVersion } from './changed-version.ts';
import { noLockOnObject, requireLocks, versionLockIn } from './object-lock.ts';

export const getObjectRetention: S3Operation<'GetObjectRetention'> = {
  audit: { data: true },
  access: objectAccess('s3:GetObjectRetention'),
  async handle(input, call, deps) {
    const { bucket, row } = await getVersion(input, call, deps);
    requireLocks(bucket, call);
    const { mode, until } = versionLockIn(row);
    if (mode === undefined) throw noLockOnObject(call);
    return { Retention: { Mode: mode, RetainUntilDate: new Date(until ?? 0) } };
  },
};
