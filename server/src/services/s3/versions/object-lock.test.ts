import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectLockConfigurationCommand,
  PutObjectRetentionCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { startPlatform, type TestPlatform } from '../../../../../test/harness/platform.ts';

const Bucket = 'locks';
const start = Date.now();
let time = start;
let platform: TestPlatform;
let s3: S3Client;
before(async () => {
  platform = await startPlatform({ clock: { now: () => new Date(time) } });
  // Signatures are of the platform's time.
  s3 = platform.client(S3Client);
  await s3.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
  await s3.send(new CreateBucketCommand({ Bucket: 'without' }));
});
after(() => platform[Symbol.asyncDispose]());

const minuteMs = 60_000;
const later = (minutes: number) => new Date(start + minutes * minuteMs);
const locked = { name: 'AccessDenied', message: 'Access Denied because object protected by object lock.' };

async function put(Key: string, more: object = {}) {
  const { VersionId } = await s3.send(
    new PutObjectCommand({ Bucket, Key, Body: 'x', ChecksumAlgorithm: 'CRC32', ...more }),
  );
  return { Bucket, Key, VersionId };
}
const remove = (version: { Bucket: string; Key: string; VersionId: string | undefined }, more: object = {}) =>
  s3.send(new DeleteObjectCommand({ ...version, ...more }));

describe('locks do', () => {
  it('keep a version until its time, whoever asks; a delete marker is allowed', async () => {
    const version = await put('compliance', { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: later(5) });
    await assert.rejects(remove(version), locked);
    await assert.rejects(remove(version, { BypassGovernanceRetention: true }), locked);
    const objects = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [version] } }));
    assert.deepEqual(
      objects.Errors?.map(({ Code }) => Code),
      ['AccessDenied'],
    );
    assert.equal((await remove({ ...version, VersionId: undefined })).DeleteMarker, true);
    const head = await s3.send(new HeadObjectCommand(version));
    assert.deepEqual([head.ObjectLockMode, head.ObjectLockRetainUntilDate], ['COMPLIANCE', later(5)]);
    time = later(6).getTime();
    await remove(version);
    time = start;
    await assert.rejects(s3.send(new GetObjectCommand(version)), { name: 'NoSuchVersion' });
  });

  it('let those pass by GOVERNANCE who may and say so', async () => {
    const version = await put('governance', { ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: later(5) });
    await assert.rejects(remove(version), locked);
    await remove(version, { BypassGovernanceRetention: true });
  });

  it('hold a version for as long as the hold is on', async () => {
    const version = await put('held', { ObjectLockLegalHoldStatus: 'ON' });
    assert.equal((await s3.send(new GetObjectLegalHoldCommand(version))).LegalHold?.Status, 'ON');
    await assert.rejects(remove(version, { BypassGovernanceRetention: true }), locked);
    await s3.send(new PutObjectLegalHoldCommand({ ...version, LegalHold: { Status: 'OFF' } }));
    await remove(version);
  });

  it('are the bucket’s usual where the request says nothing', async () => {
    const rule = (DefaultRetention: object) =>
      s3.send(
        new PutObjectLockConfigurationCommand({
          Bucket,
          ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention } },
        }),
      );
    await rule({ Mode: 'GOVERNANCE', Days: 1 });
    const { ObjectLockConfiguration: found } = await s3.send(new GetObjectLockConfigurationCommand({ Bucket }));
    assert.deepEqual(found?.Rule?.DefaultRetention, { Mode: 'GOVERNANCE', Days: 1 });
    const version = await put('usual');
    const { Retention: retention } = await s3.send(new GetObjectRetentionCommand(version));
    assert.deepEqual(retention, { Mode: 'GOVERNANCE', RetainUntilDate: later(24 * 60) });
    await s3.send(
      new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled' } }),
    );
    await assert.rejects(s3.send(new GetObjectRetentionCommand(await put('free'))), {
      name: 'NoSuchObjectLockConfiguration',
    });
  });

  it('can grow; shrink only where they are GOVERNANCE and bypassed', async () => {
    const retain = (version: object, Mode: string, minutes: number, more: object = {}) =>
      s3.send(
        new PutObjectRetentionCommand({
          ...(version as { Bucket: string; Key: string }),
          Retention: { Mode: Mode as 'GOVERNANCE', RetainUntilDate: later(minutes) },
          ...more,
        }),
      );
    const version = await put('grows');
    await retain(version, 'GOVERNANCE', 5);
    await retain(version, 'GOVERNANCE', 10);
    await assert.rejects(retain(version, 'GOVERNANCE', 5), locked);
    await retain(version, 'GOVERNANCE', 5, { BypassGovernanceRetention: true });
    await retain(version, 'COMPLIANCE', 6, { BypassGovernanceRetention: true });
    await assert.rejects(retain(version, 'GOVERNANCE', 10, { BypassGovernanceRetention: true }), locked);
    await assert.rejects(retain(version, 'COMPLIANCE', 5, { BypassGovernanceRetention: true }), locked);
  });
});

describe('legal holds do', () => {
  const status = async (version: { Bucket: string; Key: string }) => [
    (await s3.send(new GetObjectLegalHoldCommand(version))).LegalHold?.Status,
    (await s3.send(new GetObjectCommand(version))).ObjectLockLegalHoldStatus,
    (await s3.send(new HeadObjectCommand(version))).ObjectLockLegalHoldStatus,
  ];
  const off = ['OFF', 'OFF', 'OFF'];

  it('say OFF once they were set, and keep a retention', async () => {
    const version = await put('held', { ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: later(5) });
    for (const Status of ['OFF', 'ON', 'OFF'] as const) {
      await s3.send(new PutObjectLegalHoldCommand({ ...version, LegalHold: { Status } }));
      assert.deepEqual(await status(version), [Status, Status, Status]);
    }
    const { Retention: retention } = await s3.send(new GetObjectRetentionCommand(version));
    assert.equal(retention?.Mode, 'GOVERNANCE');
  });

  it('say OFF where the object was written so, also when a retention is set and goes', async () => {
    const version = await put('written', { ObjectLockLegalHoldStatus: 'OFF' });
    assert.deepEqual(await status(version), off);
    const Retention = { Mode: 'GOVERNANCE', RetainUntilDate: later(5) } as const;
    await s3.send(new PutObjectRetentionCommand({ ...version, Retention }));
    await s3.send(new PutObjectRetentionCommand({ ...version, Retention: {}, BypassGovernanceRetention: true }));
    assert.deepEqual(await status(version), off);
    await remove(version);
  });
});

describe('locks refuse', () => {
  it('to be set by a request without a body', async () => {
    const version = await put('bodiless');
    const empty = { name: 'MissingRequestBodyError', message: 'Request Body is empty' };
    await assert.rejects(s3.send(new PutObjectLockConfigurationCommand({ Bucket })), empty);
    await assert.rejects(s3.send(new PutObjectLegalHoldCommand(version)), empty);
    await assert.rejects(s3.send(new PutObjectRetentionCommand(version)), empty);
  });

  it('buckets without them', async () => {
    const missing = { name: 'InvalidRequest', message: 'Bucket is missing Object Lock Configuration' };
    await assert.rejects(put('k', { Bucket: 'without', ObjectLockLegalHoldStatus: 'ON' }), missing);
    await s3.send(new PutObjectCommand({ Bucket: 'without', Key: 'k', Body: 'x' }));
    await assert.rejects(s3.send(new GetObjectRetentionCommand({ Bucket: 'without', Key: 'k' })), missing);
    await assert.rejects(s3.send(new GetObjectLockConfigurationCommand({ Bucket: 'without' })), {
      name: 'ObjectLockConfigurationNotFoundError',
      message: 'Object Lock configuration does not exist for this bucket',
    });
    await assert.rejects(
      s3.send(
        new PutObjectLockConfigurationCommand({
          Bucket: 'without',
          ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled' },
        }),
      ),
      { name: 'InvalidBucketState' },
    );
  });

  it('versioning to be suspended', async () => {
    const suspend = s3.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Suspended' } }),
    );
    await assert.rejects(suspend, { name: 'InvalidBucketState' });
  });

  for (const [what, input, message] of [
    [
      'a mode without a date',
      { ObjectLockMode: 'GOVERNANCE' },
      'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied',
    ],
    [
      'a date that has passed',
      { ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: later(-5) },
      'The retain until date must be in the future!',
    ],
  ] as const) {
    it(what, async () => {
      await assert.rejects(put('k', input), { name: 'InvalidArgument', message });
    });
  }
});
