/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLegalHold.html */
import { objectAccess } from '../access.ts';
import type { S3Operation } from '../deps.ts';
import { malformedXml } from '../refusals.ts';
import { changeVersion } from './changed-version.ts';
import { lockColumn, requireLocks, versionLockIn } from './object-lock.ts';

export const putObjectLegalHold: S3Operation<'PutObjectLegalHold'> = {
  access: objectAccess('s3:PutObjectLegalHold'),
  async handle(input, call, deps) {
    const status = input.LegalHold?.Status;
    if (status !== 'ON' && status !== 'OFF') throw malformedXml(call);
    await changeVersion(input, call, deps, ({ bucket, row }) => {
      requireLocks(bucket, call);
      const { legalHold: _, ...retention } = versionLockIn(row);
      return { lock: lockColumn({ ...retention, ...(status === 'ON' ? { legalHold: true } : {}) }) };
    });
    return {};
  },
};
