/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLegalHold.html */
import { objectAccess } from '../access.ts';
import type { S3Operation } from '../deps.ts';
import { getVersion } from './changed-version.ts';
import { noLockOnObject, requireLocks, versionLockIn } from './object-lock.ts';

export const getObjectLegalHold: S3Operation<'GetObjectLegalHold'> = {
  audit: { data: true },
  access: objectAccess('s3:GetObjectLegalHold'),
  async handle(input, call, deps) {
    const { bucket, row } = await getVersion(input, call, deps);
    requireLocks(bucket, call);
    if (row.lock === null) throw noLockOnObject(call);
    return { LegalHold: { Status: versionLockIn(row).legalHold ? 'ON' : 'OFF' } };
  },
};
