/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectRetention.html: a retention can be extended; only GOVERNANCE can be shortened, with the permission to bypass it. */
import type { Call } from '../../../contract/call.ts';
import { objectAccess } from '../access.ts';
import type { S3Operation } from '../deps.ts';
import { malformedXml, missingBody } from '../refusals.ts';
import { changeVersion } from './changed-version.ts';
import {
  lockColumn,
  objectLocked,
  readRetention,
  requireLocks,
  type VersionLock,
  versionLockIn,
} from './object-lock.ts';

export const putObjectRetention: S3Operation<'PutObjectRetention'> = {
  audit: { data: true },
  access: (input, call) => [
    ...objectAccess('s3:PutObjectRetention')(input, call),
    ...(input.BypassGovernanceRetention ? objectAccess('s3:BypassGovernanceRetention')(input, call) : []),
  ],
  async handle(input, call, deps) {
    if (input.Retention === undefined) throw missingBody(call);
    const { Mode: mode, RetainUntilDate: until } = input.Retention;
    if ((mode === undefined) !== (until === undefined)) throw malformedXml(call);
    const wanted = mode === undefined ? {} : readRetention(mode, until, call);
    const bypass = input.BypassGovernanceRetention === true;
    await changeVersion(input, call, deps, ({ bucket, row }) => {
      requireLocks(bucket, call);
      const before = versionLockIn(row);
      refuseWeakening(before, wanted, bypass, call);
      return {
        lock: lockColumn({ ...wanted, ...(before.legalHold === undefined ? {} : { legalHold: before.legalHold }) }),
      };
    });
    return {};
  },
};

function refuseWeakening(before: VersionLock, wanted: VersionLock, bypass: boolean, call: Call): void {
  const { mode, until = 0 } = before;
  if (mode === undefined || until <= call.now.getTime()) return;
  const grows = (wanted.until ?? 0) >= until;
  const isWeaker = !grows || (mode === 'COMPLIANCE' && wanted.mode !== 'COMPLIANCE');
  const isChanged = mode !== wanted.mode;
  if (mode === 'COMPLIANCE' ? isWeaker : (isWeaker || isChanged) && !bypass) throw objectLocked(call);
}
