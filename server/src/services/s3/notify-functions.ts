/**
 * Delivers what happened to a bucket's objects to the functions that its notification configuration names, at least once. Lambda takes the event into its
 * own queue and decides by the function's policy whether the bucket may invoke it.
 * Record: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
import type { LambdaFunctionConfiguration } from '@aws-sdk/client-s3';
import { AwsError } from '../../contract/aws-error.ts';
import type { PlatformEvent } from '../../contract/event.ts';
import type { Subscriber } from '../../engine/outbox.ts';
import { servicePrincipal, sourceOf } from './bucket-configuration/notification/check-functions.ts';
import type { Bucket } from './buckets/bucket-cache.ts';
import type { S3Deps } from './deps.ts';
import { ownerOf } from './owner.ts';

interface Detail {
  readonly bucket: { readonly name: string };
  readonly object: {
    readonly key: string;
    readonly size?: number;
    readonly etag?: string;
    readonly 'version-id'?: string;
    readonly sequencer: string;
  };
  readonly reason: string;
  readonly requester: string;
  readonly 'deletion-type'?: string;
  readonly 'request-id': string;
  readonly 'source-ip-address': string;
}

export function functionNotifier({ aws, buckets, log }: Pick<S3Deps, 'aws' | 'buckets' | 'log'>): Subscriber {
  async function notify(rule: LambdaFunctionConfiguration, bucket: Bucket, record: object): Promise<void> {
    const { LambdaFunctionArn: FunctionName = '' } = rule;
    const Payload = Buffer.from(JSON.stringify({ Records: [record] })) as never;
    try {
      const s3 = aws.asSource(servicePrincipal, sourceOf(bucket));
      await s3.call('lambda', 'Invoke', { FunctionName, InvocationType: 'Event', Payload });
    } catch (error) {
      // Trying again would not help against a function that is gone, or lets the bucket in no more.
      const isFinal = error instanceof AwsError && (error.status ?? 500) < 500 && error.status !== 429;
      if (!isFinal) throw error;
      log.info('s3: a notification was refused', { bucket: bucket.name, function: FunctionName, error });
    }
  }

  return {
    name: 's3 functions',
    receives: ({ source, notifies }) => source === 'aws.s3' && notifies === true,
    async deliver(event) {
      const detail = event.detail as unknown as Detail;
      const name = nameOf(event.detailType, detail);
      const bucket = await buckets.find(detail.bucket.name);
      if (!bucket || name === undefined) return;
      const rules = bucket.configuration.notification?.LambdaFunctionConfigurations ?? [];
      for (const rule of rules) {
        if (!matches(rule, name, detail.object.key)) continue;
        await notify(rule, bucket, recordOf(event, detail, bucket, name, rule.Id ?? ''));
      }
    },
  };
}

const created: Readonly<Record<string, string>> = {
  PutObject: 'Put',
  CopyObject: 'Copy',
  CompleteMultipartUpload: 'CompleteMultipartUpload',
};

/** `ObjectCreated:Put`; undefined for what functions are not notified of. */
function nameOf(detailType: string, detail: Detail): string | undefined {
  if (detailType === 'Object Created') return `ObjectCreated:${created[detail.reason] ?? 'Put'}`;
  if (detailType !== 'Object Deleted') return undefined;
  const kind = detail.reason === 'Lifecycle Expiration' ? 'LifecycleExpiration' : 'ObjectRemoved';
  return `${kind}:${detail['deletion-type'] === 'Delete Marker Created' ? 'DeleteMarkerCreated' : 'Delete'}`;
}

function matches({ Events = [], Filter }: LambdaFunctionConfiguration, name: string, key: string): boolean {
  const isWanted = Events.some((event) => {
    const wanted = event.slice('s3:'.length);
    return wanted === name || (wanted.endsWith(':*') && name.startsWith(wanted.slice(0, -1)));
  });
  const rules = Filter?.Key?.FilterRules ?? [];
  return (
    isWanted &&
    rules.every(({ Name, Value = '' }) =>
      Name?.toLowerCase() === 'suffix' ? key.endsWith(Value) : key.startsWith(Value),
    )
  );
}

function recordOf(event: PlatformEvent, detail: Detail, bucket: Bucket, eventName: string, configurationId: string) {
  const { object } = detail;
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: event.region,
    eventTime: event.time.toISOString(),
    eventName,
    userIdentity: { principalId: `AWS:${detail.requester}` },
    requestParameters: { sourceIPAddress: detail['source-ip-address'] },
    responseElements: { 'x-amz-request-id': detail['request-id'], 'x-amz-id-2': detail['request-id'] },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId,
      bucket: {
        name: bucket.name,
        ownerIdentity: { principalId: ownerOf(bucket.account).ID },
        arn: sourceOf(bucket).arn,
      },
      object: {
        key: encodeKey(object.key),
        ...(object.size !== undefined && { size: object.size }),
        ...(object.etag !== undefined && { eTag: object.etag }),
        ...(object['version-id'] !== undefined && { versionId: object['version-id'] }),
        sequencer: object.sequencer,
      },
    },
  };
}

/** As a form does it: Python's unquote_plus reads it. */
const encodeKey = (key: string): string =>
  encodeURIComponent(key)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/')
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
