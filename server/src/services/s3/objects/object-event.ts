/**
 * S3's object events in EventBridge's format.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
import type { Call } from '../../../contract/call.ts';
import type { PlatformEvent } from '../../../contract/event.ts';
import { uuid } from '../../../kit/ids.ts';
import { bucketArn } from '../access.ts';
import type { Bucket } from '../buckets/bucket-cache.ts';
import type { BucketRow, ObjectRow } from '../tables.ts';
import { nullVersion } from '../versions/version-id.ts';

/** Who changed the object: a call, or the bucket's own rules. */
export interface EventOrigin {
  readonly now: Date;
  readonly requestId: string;
  readonly sourceIp: string;
  readonly principal: { readonly account: string };
  readonly reason?: 'Lifecycle Expiration';
}

export function objectCreated(
  call: Call,
  bucket: BucketRow,
  row: ObjectRow,
  reason: 'PutObject' | 'CopyObject' | 'CompleteMultipartUpload',
): PlatformEvent {
  return event(call, bucket, 'Object Created', {
    object: {
      key: row.key,
      size: row.size,
      etag: row.etag,
      ...versionOf(row.version_id),
      sequencer: sequencer(call.now),
    },
    reason,
  });
}

/** `versionId`: of the deleted version, or of the new delete marker. */
export function objectDeleted(
  call: EventOrigin,
  bucket: BucketRow,
  key: string,
  versionId = nullVersion,
  type: 'Permanently Deleted' | 'Delete Marker Created' = 'Permanently Deleted',
): PlatformEvent {
  return event(call, bucket, 'Object Deleted', {
    object: { key, ...versionOf(versionId), sequencer: sequencer(call.now) },
    reason: call.reason ?? 'DeleteObject',
    'deletion-type': type,
  });
}

/** What a bucket's destinations get when they are configured. */
export function testEvent(call: EventOrigin, bucket: BucketRow): PlatformEvent {
  return event(call, bucket, 's3:TestEvent', { object: {} });
}

const versionOf = (versionId: string) => (versionId === nullVersion ? {} : { 'version-id': versionId });

/** Ordered by time as text. */
function sequencer(now: Date): string {
  const time = now.getTime().toString(16).padStart(12, '0');
  return (time + uuid().slice(0, 6)).toUpperCase();
}

function event(
  call: EventOrigin,
  bucket: BucketRow,
  detailType: string,
  { object, ...rest }: { object: Record<string, unknown> } & Record<string, unknown>,
): PlatformEvent {
  return {
    account: bucket.account,
    region: bucket.region,
    source: 'aws.s3',
    detailType,
    resources: [bucketArn(bucket, bucket.name)],
    detail: {
      version: '0',
      'event-version': '1.0',
      bucket: { name: bucket.name },
      object,
      'request-id': call.requestId,
      requester: call.principal.account,
      'source-ip-address': call.sourceIp,
      ...rest,
    },
    time: call.now,
    ...(mayNotify(bucket) && { notifies: true }),
  };
}

/** Where the configuration was not read with the bucket, it is looked up when the event is delivered. */
function mayNotify(bucket: BucketRow): boolean {
  const { configuration } = bucket as Partial<Bucket>;
  if (configuration === undefined) return true;
  return (configuration.notification?.LambdaFunctionConfigurations?.length ?? 0) > 0;
}
