import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import {
  CreateBucketCommand,
  DeleteBucketLifecycleCommand,
  GetBucketLifecycleConfigurationCommand,
  type LifecycleRule,
  PutBucketLifecycleConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { startPlatform } from '../../../../../../test/harness/platform.ts';

const platform = await startPlatform();
const s3 = platform.client(S3Client);
after(() => platform[Symbol.asyncDispose]());
const Bucket = 'ageing';
await s3.send(new CreateBucketCommand({ Bucket }));

const put = (...Rules: LifecycleRule[]) =>
  s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
const get = () => s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
const rule = (changes: Partial<LifecycleRule> = {}): LifecycleRule => ({
  ID: 'r',
  Status: 'Enabled',
  Filter: {},
  ...changes,
});
const expiring = (changes: Partial<LifecycleRule> = {}) => rule({ Expiration: { Days: 7 }, ...changes });
const malformed = {
  name: 'MalformedXML',
  message: 'The XML you provided was not well-formed or did not validate against our published schema',
};
const argument = (message: string) => ({ name: 'InvalidArgument', message });
const request = (message: string) => ({ name: 'InvalidRequest', message });

describe('lifecycle rules do', () => {
  it('come, are told as they came and go', async () => {
    const none = {
      name: 'NoSuchLifecycleConfiguration',
      message: 'The lifecycle configuration does not exist',
      BucketName: Bucket,
    };
    await assert.rejects(get(), none);
    const rules: LifecycleRule[] = [
      expiring({ Filter: { Prefix: 'logs/' } }),
      rule({
        ID: 'all kinds',
        Status: 'Disabled',
        Filter: { And: { Prefix: '', Tags: [{ Key: 'a', Value: 'b' }], ObjectSizeGreaterThan: 5 } },
        Expiration: { Date: new Date('2031-01-01T00:00:00Z') },
        NoncurrentVersionExpiration: { NoncurrentDays: 3, NewerNoncurrentVersions: 2 },
      }),
      rule({ ID: 'markers', Expiration: { ExpiredObjectDeleteMarker: true } }),
      rule({
        ID: 'moves',
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
        Transitions: [
          { Days: 30, StorageClass: 'STANDARD_IA' },
          { Days: 90, StorageClass: 'GLACIER' },
        ],
      }),
    ];
    const answer = await put(...rules);
    assert.equal(answer.TransitionDefaultMinimumObjectSize, 'all_storage_classes_128K');
    const { Rules: told, TransitionDefaultMinimumObjectSize: size } = await get();
    assert.deepEqual(told, rules);
    assert.equal(size, 'all_storage_classes_128K');
    await s3.send(new DeleteBucketLifecycleCommand({ Bucket }));
    await s3.send(new DeleteBucketLifecycleCommand({ Bucket }));
    await assert.rejects(get(), none);
  });

  it('get an id where they have none, and keep the old form of a prefix', async () => {
    await put({ Status: 'Enabled', Prefix: 'old/', Expiration: { Days: 1 } });
    const [told] = (await get()).Rules ?? [];
    assert.match(Buffer.from(told?.ID ?? '', 'base64').toString(), /^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    assert.equal(told?.Prefix, 'old/');
  });
});

describe('lifecycle rules refuse', () => {
  const day = new Date('2031-01-01T00:00:00Z');
  const cases: [string, LifecycleRule[], object][] = [
    ['no rules', [], malformed],
    ['rules about nothing', [{ ID: 'r', Status: 'Enabled', Expiration: { Days: 7 } }], malformed],
    ['filter and prefix', [expiring({ Prefix: '' })], malformed],
    ['other states', [expiring({ Status: 'enabled' as 'Enabled' })], malformed],
    ['two conditions without And', [expiring({ Filter: { Prefix: '', ObjectSizeGreaterThan: 500 } })], malformed],
    ['And of one', [expiring({ Filter: { And: { Prefix: 'test' } } })], malformed],
    ['expiration of nothing', [rule({ Expiration: {} })], malformed],
    ['days and markers', [rule({ Expiration: { Days: 1, ExpiredObjectDeleteMarker: true } })], malformed],
    ['noncurrent of nothing', [expiring({ NoncurrentVersionExpiration: {} })], malformed],
    [
      'classes that there are not',
      [rule({ Transitions: [{ Days: 1, StorageClass: 'TAPE' as 'GLACIER' }] })],
      malformed,
    ],
    ['no action', [rule()], request('At least one action needs to be specified in a rule')],
    ['long ids', [expiring({ ID: 'a'.repeat(256) })], argument('ID length should not exceed allowed limit of 255')],
    ['the same id', [expiring(), expiring()], argument('Rule ID must be unique. Found same ID for more than one rule')],
    [
      'both forms at once',
      [expiring(), { ID: 'o', Status: 'Enabled', Prefix: '', Expiration: { Days: 1 } }],
      request('Base level prefix cannot be used in Lifecycle V2, prefixes are only supported in the Filter.'),
    ],
    [
      'zero days',
      [rule({ Expiration: { Days: 0 } })],
      argument("'Days' for Expiration action must be a positive integer"),
    ],
    [
      'hours',
      [rule({ Expiration: { Date: new Date('2031-01-01T02:02:00Z') } })],
      {
        ...argument("'Date' must be at midnight GMT"),
        ArgumentName: 'Date',
        ArgumentValue: '2031-01-01T02:02:00.000Z',
      },
    ],
    [
      'zero noncurrent days',
      [rule({ NoncurrentVersionExpiration: { NoncurrentDays: 0 } })],
      argument("'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer"),
    ],
    [
      'the same tag twice',
      [expiring({ Filter: { And: { Tags: ['1', '2'].map((Value) => ({ Key: 'k', Value })) } } })],
      request('Duplicate Tag Keys are not allowed.'),
    ],
    [
      'sizes that no object has',
      [expiring({ Filter: { And: { ObjectSizeGreaterThan: 5, ObjectSizeLessThan: 5 } } })],
      request("'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'."),
    ],
    [
      'uploads by tag',
      [rule({ Filter: { Tag: { Key: 'k', Value: 'v' } }, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } })],
      request('AbortIncompleteMultipartUpload cannot be specified with Tags.'),
    ],
    [
      'markers by size',
      [rule({ Filter: { ObjectSizeLessThan: 9 }, Expiration: { ExpiredObjectDeleteMarker: true } })],
      request('ExpiredObjectDeleteMarker cannot be specified with Object Size.'),
    ],
    [
      'early moves',
      [rule({ Transitions: [{ Days: 29, StorageClass: 'ONEZONE_IA' }] })],
      argument("'Days' in Transition action must be greater than or equal to 30 for storageClass 'ONEZONE_IA'"),
    ],
    [
      'two moves to one class',
      [rule({ Transitions: [1, 2].map((Days) => ({ Days, StorageClass: 'GLACIER' })) })],
      request("'StorageClass' must be different for 'Transition' actions in same 'Rule' with filter '(prefix=)'"),
    ],
    [
      'days and dates',
      [expiring({ Transitions: [{ Date: day, StorageClass: 'GLACIER' }] })],
      request(
        "Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule for filter '(prefix=)'",
      ),
    ],
    [
      'moves of what is gone',
      [expiring({ Filter: { Prefix: 'p' }, Transitions: [{ Days: 7, StorageClass: 'GLACIER' }] })],
      argument(
        "'Days' in the Expiration action for filter '(prefix=p)' must be greater than 'Days' in the Transition action",
      ),
    ],
  ];
  for (const [what, rules, refusal] of cases) it(what, () => assert.rejects(put(...rules), refusal));

  it('unknown minimum sizes', async () => {
    const command = new PutBucketLifecycleConfigurationCommand({
      Bucket,
      LifecycleConfiguration: { Rules: [expiring()] },
      TransitionDefaultMinimumObjectSize: 'value' as 'varies_by_storage_class',
    });
    await assert.rejects(s3.send(command), request('Invalid TransitionDefaultMinimumObjectSize found: value'));
  });
});
