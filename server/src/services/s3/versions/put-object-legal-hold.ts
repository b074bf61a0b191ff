/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLegalHold.html */
import { objectAccess } from '../access.ts';
import type { S3Operation } from '../deps.ts';
import { malformedXml, missingBody } from '../refusals.ts';
import { changeVersion } from './changed-version.ts';
import { lockColumn, requireLocks, versionLockIn } from './object-lock.ts';

export const putObjectLegalHold: S3Operation<'PutObjectLegalHold'> = {
  audit: { data: true },
  access: objectAccess('s3:PutObjectLegalHold'),
  async handle(input, call, deps) {
    if (input.LegalHold === undefined) throw missingBody(call);
    const status = input.LegalHold.Status;
    if (status !== 'ON' && status !== 'OFF') throw malformedXml(call);
    await changeVersion(input, call, deps, ({ bucket, row }) => {
      requireLocks(bucket, call);
      return { lock: lockColumn({ ...versionLockIn(row), legalHold: status === 'ON' }) };
    });
    return {};
  },
};
