/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLockConfiguration.html: locks need versions, and cannot be taken back. */
import type { Call } from '../../../contract/call.ts';
import type { Input } from '../../../models/types.ts';
import { Conflict } from '../../../storage/database.ts';
import { bucketAccess } from '../access.ts';
import { getBucket } from '../buckets/bucket.ts';
import { updateObjectLock } from '../buckets/bucket-store.ts';
import type { S3Operation } from '../deps.ts';
import { invalidArgument, malformedXml, missingBody } from '../refusals.ts';
import type { BucketLock } from './object-lock.ts';

const maxYears = 100;

export const putObjectLockConfiguration: S3Operation<'PutObjectLockConfiguration'> = {
  access: bucketAccess('s3:PutBucketObjectLockConfiguration'),
  async handle(input, call, deps) {
    const lock = readLock(input.ObjectLockConfiguration, call);
    await getBucket(deps, call, input);
    try {
      await deps.database.write([updateObjectLock(input.Bucket, JSON.stringify(lock))]);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      deps.buckets.forget(input.Bucket);
      await getBucket(deps, call, input);
      const message = "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration";
      throw call.error('InvalidBucketState', message, { status: 409, cause: error });
    }
    deps.buckets.forget(input.Bucket);
    return {};
  },
};

function readLock(
  configuration: Input<'s3', 'PutObjectLockConfiguration'>['ObjectLockConfiguration'],
  call: Call,
): BucketLock {
  if (configuration === undefined) throw missingBody(call);
  if (configuration.ObjectLockEnabled !== 'Enabled') throw malformedXml(call);
  if (configuration.Rule === undefined) return {};
  const { Mode: mode, Days: days, Years: years } = configuration.Rule.DefaultRetention ?? {};
  if (mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') throw malformedXml(call);
  // One of the two.
  if ((days === undefined) === (years === undefined)) throw malformedXml(call);
  const [name, period, most] = days === undefined ? ['Years', years ?? 0, maxYears] : ['Days', days, maxYears * 365];
  if (period < 1) {
    throw invalidArgument(
      call,
      'Default retention period must be a positive integer value.',
      name as string,
      String(period),
    );
  }
  if (period > most) {
    throw invalidArgument(
      call,
      `Default retention period too large, ${name} must be at most ${most}.`,
      name as string,
      String(period),
    );
  }
  return days === undefined ? { mode, ...(years === undefined ? {} : { years }) } : { mode, days };
}
